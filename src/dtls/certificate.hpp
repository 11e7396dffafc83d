// The server's DTLS identity: a certificate with its key, and the one SSL_CTX that all sessions with it
// share.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "dtls/fingerprint.hpp"
#include "dtls/openssl_handles.hpp"

namespace kaskado::dtls {

enum class KeyType : std::uint8_t { ecdsa_p256, rsa_2048 };

// Immutable once made; any thread may use it, and sessions of all loops share it.
class Certificate {
 public:
  // Self-signed, with a random serial number, valid from a day before `now` for 396 days. Key and serial
  // come from OpenSSL's generator.
  static base::Result<std::shared_ptr<const Certificate>> generate(KeyType type, base::WallTime now);
  // From a text with a CERTIFICATE and an unencrypted private key (PEM, in any order). Takes ECDSA on P-256
  // or P-384, and RSA from 2048 bits.
  static base::Result<std::shared_ptr<const Certificate>> from_pem(std::string_view text);

  // Of SHA-1 there is none (RFC 8122 §5 wants an algorithm at least as strong as SHA-256 of us).
  base::Result<Fingerprint> fingerprint(HashAlgorithm algorithm = HashAlgorithm::sha256) const;

  // Certificate and key as from_pem() takes them, for keeping an identity over restarts.
  base::Result<std::string> pem() const;

  ssl_ctx_st* context() const { return context_.get(); }

 private:
  Certificate(X509Handle x509, KeyHandle key, SslContextHandle context)
      : x509_(std::move(x509)),
        key_(std::move(key)),
        context_(std::move(context)),
        sha256_(Fingerprint::of(*x509_, HashAlgorithm::sha256)) {}
  static base::Result<std::shared_ptr<const Certificate>> make(X509Handle x509, KeyHandle key);

  X509Handle x509_;
  KeyHandle key_;
  SslContextHandle context_;
  Fingerprint sha256_;  // told in every description
};

}  // namespace kaskado::dtls
