#include "dtls/ssl_context.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "dtls/handshake_library.hpp"

namespace kaskado::dtls {
namespace {

// Forward secrecy and AEAD only. The first is the one that every WebRTC peer has (RFC 8827 §6.5).
constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
// P-384 comes last and is there because the list also says which keys a certificate may have.
constexpr const char* kGroups = "X25519:P-256:P-384";
// A peer sends one self-signed certificate; OpenSSL would take 100 KiB.
constexpr long kMaxPeerCertificateBytes = 16 * 1024;
// The write buffer is made for this much; our records fit a datagram.
constexpr long kMaxFragmentBytes = 2048;

// In place of a chain check: certificates are self-signed and known by fingerprint alone. The X509 error
// chooses the alert that is sent: bad_certificate, or handshake_failure.
int verify_certificate(X509_STORE_CTX* store, void*) {
  const auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* judge = static_cast<CertificateJudge*>(SSL_get_app_data(ssl));
  const X509* certificate = X509_STORE_CTX_get0_cert(store);
  const auto verdict =
      judge && certificate ? judge->judge(*certificate) : CertificateJudge::Verdict::wrong_certificate;
  if (verdict == CertificateJudge::Verdict::accept) return 1;
  X509_STORE_CTX_set_error(store, verdict == CertificateJudge::Verdict::wrong_certificate
                                      ? X509_V_ERR_CERT_REJECTED
                                      : X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

void set_options(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_NO_QUERY_MTU | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_SINGLE_ECDH_USE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, kMaxPeerCertificateBytes);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify_certificate, nullptr);
}

}  // namespace

SslContextHandle make_ssl_context(X509* certificate, EVP_PKEY* key) {
  SslContextHandle context(SSL_CTX_new_ex(handshake_library(), nullptr, DTLS_method()));
  if (!context) return nullptr;
  set_options(context.get());
  const bool made = SSL_CTX_set_min_proto_version(context.get(), DTLS1_2_VERSION) == 1 &&
                    SSL_CTX_set_max_proto_version(context.get(), DTLS1_2_VERSION) == 1 &&
                    SSL_CTX_set_cipher_list(context.get(), kCiphers) == 1 &&
                    SSL_CTX_set1_groups_list(context.get(), kGroups) == 1 &&
                    SSL_CTX_set_max_send_fragment(context.get(), kMaxFragmentBytes) == 1 &&
                    SSL_CTX_use_certificate(context.get(), certificate) == 1 &&
                    SSL_CTX_use_PrivateKey(context.get(), key) == 1;
  return made ? std::move(context) : nullptr;
}

void set_certificate_judge(SSL* ssl, CertificateJudge* judge) {
  SSL_set_app_data(ssl, judge);
}

}  // namespace kaskado::dtls
