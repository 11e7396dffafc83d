#include "dtls/openssl_handles.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace kaskado::dtls {

void OpenSslFree::operator()(bio_st* bio) const {
  BIO_free(bio);
}
void OpenSslFree::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}
void OpenSslFree::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}
void OpenSslFree::operator()(ssl_ctx_st* context) const {
  SSL_CTX_free(context);
}
void OpenSslFree::operator()(ssl_st* ssl) const {
  SSL_free(ssl);
}
void OpenSslFree::operator()(x509_st* certificate) const {
  X509_free(certificate);
}

void clear_openssl_errors() {
  ERR_clear_error();
}

ErrorQueueGuard::ErrorQueueGuard() {
  ERR_clear_error();
}
ErrorQueueGuard::~ErrorQueueGuard() {
  ERR_clear_error();
}

std::string newest_openssl_error() {
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return reason ? reason : "no reason given";
}

}  // namespace kaskado::dtls
