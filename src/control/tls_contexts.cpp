#include "control/tls_contexts.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace kaskado::control {
namespace {

// TLS 1.2's suites with forward secrecy and authenticated encryption (RFC 9325 §4.2); those of TLS 1.3 all
// are so.
constexpr const char* kCipherSuites = "ECDHE+AESGCM:ECDHE+CHACHA20";

std::string last_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  return reason ? reason : "unknown error";
}

// Never asks at a terminal.
int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  const std::size_t length = std::min(text.size(), static_cast<std::size_t>(size));
  std::memcpy(buffer, text.data(), length);
  return static_cast<int>(length);
}

void set_policy(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCipherSuites);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  constexpr unsigned char kContext[] = "kaskado";
  SSL_CTX_set_session_id_context(context, kContext, sizeof kContext - 1);
}

// An empty text where it went well.
std::string use_certificate(SSL_CTX* context, const TlsOptions& options) {
  const std::string& file = options.certificate;
  SSL_CTX_set_default_passwd_cb(context, give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, const_cast<std::string*>(&options.password));
  std::string failure;
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) != 1) {
    failure = file + ": has no certificate that can be used: " + last_error();
  } else if (SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM) != 1) {
    failure = file + ": has no key that fits its first certificate and the password: " + last_error();
  }
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  return failure;
}

// Whoever connects shows a certificate of one of these authorities, or is refused by TLS itself.
std::string ask_for_certificates(SSL_CTX* context, const std::string& authorities) {
  if (authorities.empty()) return {};
  STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(authorities.c_str());
  if (!names || SSL_CTX_load_verify_locations(context, authorities.c_str(), nullptr) != 1) {
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    return authorities + ": has no authorities' certificates that can be used: " + last_error();
  }
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  return {};
}

base::Result<std::shared_ptr<asio::ssl::context>> make_context(const TlsOptions& options) {
  ERR_clear_error();
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  set_policy(native);
  std::string failure = use_certificate(native, options);
  if (failure.empty()) failure = ask_for_certificates(native, options.authorities);
  if (!failure.empty()) return base::Error{std::move(failure)};
  return context;
}

}  // namespace

base::Result<std::unique_ptr<TlsContexts>> TlsContexts::load(TlsOptions options) {
  std::unique_ptr<TlsContexts> contexts(new TlsContexts(std::move(options)));
  if (auto loaded = contexts->reload(true); !loaded) return std::move(loaded).error();
  return contexts;
}

base::Result<bool> TlsContexts::reload(bool always) {
  const FileStamp certificate = FileStamp::of(options_.certificate);
  const FileStamp authorities = FileStamp::of(options_.authorities);
  if (!always && certificate == certificate_stamp_ && authorities == authorities_stamp_) return false;
  certificate_stamp_ = certificate;
  authorities_stamp_ = authorities;
  auto context = make_context(options_);
  if (!context) return std::move(context).error();
  current_ = std::move(context).value();
  return true;
}

}  // namespace kaskado::control
