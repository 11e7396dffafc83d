// SHA-1's low-level calls are deprecated in OpenSSL 3 because they bypass providers; that is what makes a
// saved state possible without an allocation for each message.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "ice/stun_key.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <string>

namespace kaskado::ice {

namespace {

constexpr std::size_t kBlockBytes = 64;
using State = std::array<std::uint32_t, 5>;

State save(const SHA_CTX& sha) {
  return {sha.h0, sha.h1, sha.h2, sha.h3, sha.h4};
}

// The hash as it stood after exactly one block.
SHA_CTX resume(const State& state) {
  SHA_CTX sha;
  sha.h0 = state[0];
  sha.h1 = state[1];
  sha.h2 = state[2];
  sha.h3 = state[3];
  sha.h4 = state[4];
  sha.Nl = kBlockBytes * 8;
  sha.Nh = 0;
  sha.num = 0;
  return sha;
}

State hash_padded_key(const std::array<std::uint8_t, kBlockBytes>& key, std::uint8_t pad) {
  std::array<std::uint8_t, kBlockBytes> block;
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = key[i] ^ pad;
  SHA_CTX sha;
  SHA1_Init(&sha);
  SHA1_Update(&sha, block.data(), block.size());
  return save(sha);
}

}  // namespace

StunKey StunKey::from(base::Bytes key) {
  std::array<std::uint8_t, kBlockBytes> block{};
  if (key.size() > block.size()) {
    SHA1(key.data(), key.size(), block.data());
  } else if (!key.empty()) {
    std::memcpy(block.data(), key.data(), key.size());
  }
  StunKey made;
  made.inner_ = hash_padded_key(block, 0x36);
  made.outer_ = hash_padded_key(block, 0x5c);
  return made;
}

StunKey StunKey::short_term(std::string_view password) {
  return from(base::as_bytes(password));
}

StunKey StunKey::long_term(std::string_view username, std::string_view realm, std::string_view password) {
  std::string text;
  text.append(username).append(":").append(realm).append(":").append(password);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest;
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_md5(), nullptr) != 1) length = 0;
  return from({digest.data(), length});
}

StunKey::Digest StunKey::sign(base::Bytes head, base::Bytes tail) const {
  Digest digest;
  SHA_CTX sha = resume(inner_);
  SHA1_Update(&sha, head.data(), head.size());
  SHA1_Update(&sha, tail.data(), tail.size());
  SHA1_Final(digest.data(), &sha);
  sha = resume(outer_);
  SHA1_Update(&sha, digest.data(), digest.size());
  SHA1_Final(digest.data(), &sha);
  return digest;
}

}  // namespace kaskado::ice
