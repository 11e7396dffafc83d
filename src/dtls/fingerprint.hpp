// A certificate's fingerprint as SDP carries it (RFC 8122 §5): "sha-256 AA:BB:…". In WebRTC it is all that
// says who the peer is (RFC 8827 §5.6.4).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

struct x509_st;

namespace kaskado::dtls {

// RFC 8122 §5. SHA-1 is taken from old peers but never offered; MD5 and MD2 are refused.
enum class HashAlgorithm : std::uint8_t { sha1, sha256, sha384, sha512 };

std::string_view to_string(HashAlgorithm algorithm);

class Fingerprint {
 public:
  // "sha-256 AA:BB:…" with letters of any case. An error names what is wrong.
  static base::Result<Fingerprint> parse(std::string_view text);
  static Fingerprint of(const x509_st& certificate, HashAlgorithm algorithm);

  HashAlgorithm algorithm() const { return algorithm_; }
  base::Bytes digest() const { return base::Bytes{digest_}.first(size_); }
  // "AA:BB:…"
  std::string digest_text() const;
  // "sha-256 AA:BB:…", as in `a=fingerprint:`.
  std::string text() const;

  // In constant time, as far as the digest goes.
  bool operator==(const Fingerprint& other) const;

 private:
  static constexpr std::size_t kMaxDigestBytes = 64;

  HashAlgorithm algorithm_ = HashAlgorithm::sha256;
  std::uint8_t size_ = 0;
  std::array<std::uint8_t, kMaxDigestBytes> digest_{};
};

}  // namespace kaskado::dtls
