#include "dtls/fingerprint.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <optional>

#include "base/text.hpp"

namespace kaskado::dtls {
namespace {

struct AlgorithmRow {
  std::string_view name;
  std::size_t digest_bytes;
  const EVP_MD* (*digest)();
};

constexpr std::array<AlgorithmRow, 4> kAlgorithms{{
    {"sha-1", 20, EVP_sha1},
    {"sha-256", 32, EVP_sha256},
    {"sha-384", 48, EVP_sha384},
    {"sha-512", 64, EVP_sha512},
}};

const AlgorithmRow& row(HashAlgorithm algorithm) {
  return kAlgorithms[static_cast<std::size_t>(algorithm)];
}

std::optional<HashAlgorithm> algorithm_named(std::string_view name) {
  for (std::size_t i = 0; i < kAlgorithms.size(); ++i)
    if (base::equals_ignoring_case(kAlgorithms[i].name, name)) return static_cast<HashAlgorithm>(i);
  return std::nullopt;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// "AA:BB:…" of exactly `out.size()` bytes.
bool parse_digest(std::string_view text, base::MutableBytes out) {
  if (text.size() != out.size() * 3 - 1) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
    if (high < 0 || low < 0 || (i + 1 < out.size() && text[3 * i + 2] != ':')) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

}  // namespace

std::string_view to_string(HashAlgorithm algorithm) {
  return row(algorithm).name;
}

base::Result<Fingerprint> Fingerprint::parse(std::string_view text) {
  std::string_view digest = base::trim(text);
  const std::string_view name = base::take_until(digest, ' ');
  const auto algorithm = algorithm_named(name);
  if (!algorithm)
    return base::Error{"fingerprint: the hash function is not one of sha-1, sha-256, sha-384, sha-512"};
  Fingerprint fingerprint;
  fingerprint.algorithm_ = *algorithm;
  fingerprint.size_ = static_cast<std::uint8_t>(row(*algorithm).digest_bytes);
  if (!parse_digest(base::trim(digest), base::MutableBytes{fingerprint.digest_}.first(fingerprint.size_)))
    return base::Error{"fingerprint: a " + std::string(row(*algorithm).name) + " digest is " +
                       std::to_string(row(*algorithm).digest_bytes) +
                       " bytes in hexadecimal with colons between"};
  return fingerprint;
}

Fingerprint Fingerprint::of(const X509& certificate, HashAlgorithm algorithm) {
  Fingerprint fingerprint;
  fingerprint.algorithm_ = algorithm;
  unsigned int size = 0;
  if (X509_digest(&certificate, row(algorithm).digest(), fingerprint.digest_.data(), &size) == 1)
    fingerprint.size_ = static_cast<std::uint8_t>(size);
  return fingerprint;
}

std::string Fingerprint::digest_text() const {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  text.reserve(size_ * 3u);
  for (const std::uint8_t byte : digest()) {
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string Fingerprint::text() const {
  return std::string(row(algorithm_).name) + ' ' + digest_text();
}

bool Fingerprint::operator==(const Fingerprint& other) const {
  return algorithm_ == other.algorithm_ && size_ == other.size_ && size_ != 0 &&
         CRYPTO_memcmp(digest_.data(), other.digest_.data(), size_) == 0;
}

}  // namespace kaskado::dtls
