// What all DTLS sessions of one certificate share: versions, ciphers, curves, and that a peer is asked for a
// certificate which its session judges (RFC 8827 §6.5, RFC 5764).
#pragma once

#include "dtls/openssl_handles.hpp"

namespace kaskado::dtls {

// Judges the peer's certificate in the middle of the handshake. A session sets itself with
// set_certificate_judge() on its SSL.
class CertificateJudge {
 public:
  enum class Verdict { accept, no_common_srtp_profile, wrong_certificate };
  virtual Verdict judge(const x509_st& peer_certificate) = 0;

 protected:
  ~CertificateJudge() = default;
};

// Empty where OpenSSL refuses certificate or key; the reason is in its error queue.
SslContextHandle make_ssl_context(x509_st* certificate, evp_pkey_st* key);

void set_certificate_judge(ssl_st* ssl, CertificateJudge* judge);

}  // namespace kaskado::dtls
