// EVP copies a digest state by allocating a new one, so the block function is called through SHA_CTX, which
// is a plain value. It runs the same assembly (SHA-NI where the machine has it).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "srtp/hmac_sha1.hpp"

#include <openssl/sha.h>

#include <cstddef>
#include <cstring>

namespace kaskado::srtp {
namespace {

constexpr std::size_t kBlockBytes = SHA_CBLOCK;
constexpr std::size_t kLengthBytes = 8;

// The chaining words stand first in SHA_CTX, one behind the other.
constexpr std::size_t kStateBytes = HmacSha1::kDigestBytes;
static_assert(offsetof(SHA_CTX, h0) == 0 && offsetof(SHA_CTX, h4) == kStateBytes - sizeof(SHA_LONG));

// Only whole blocks go in, and close() writes the length itself.
void resume(SHA_CTX& sha, const std::uint8_t* state) {
  std::memcpy(&sha, state, kStateBytes);
  sha.Nl = sha.Nh = 0;
  sha.num = 0;
}

void store_digest(const SHA_CTX& sha, std::uint8_t* words) {
  base::store_u32(words, sha.h0);
  base::store_u32(words + 4, sha.h1);
  base::store_u32(words + 8, sha.h2);
  base::store_u32(words + 12, sha.h3);
  base::store_u32(words + 16, sha.h4);
}

// The state after one block of the key xored with `pad` (RFC 2104 §2).
void absorb_pad(base::Bytes key, std::uint8_t pad, std::uint8_t* state) {
  base::Secret<kBlockBytes> block;
  std::memcpy(block.data(), key.data(), key.size());
  for (std::uint8_t& byte : block.bytes) byte ^= pad;
  SHA_CTX sha;
  SHA1_Init(&sha);
  SHA1_Transform(&sha, block.data());
  std::memcpy(state, &sha, kStateBytes);
}

// Pads `tail` (the last `used` bytes of a message) to whole blocks (FIPS 180-4 §5.1.1) and absorbs it. The
// message stands behind one pad block, which its length counts.
void close(SHA_CTX& sha, std::uint8_t* tail, std::size_t used, std::size_t message_bytes) {
  const std::size_t blocks = used + 1 + kLengthBytes <= kBlockBytes ? 1 : 2;
  const std::size_t end = blocks * kBlockBytes;
  tail[used] = 0x80;
  std::memset(tail + used + 1, 0, end - kLengthBytes - used - 1);
  base::store_u64(tail + end - kLengthBytes, (kBlockBytes + message_bytes) * 8);
  SHA1_Update(&sha, tail, end);
}

HmacSha1::Digest sign_with(const std::uint8_t* inner, const std::uint8_t* outer, base::Bytes message,
                           base::Bytes trailer) {
  std::uint8_t tail[2 * kBlockBytes];
  const std::size_t rest = message.size() % kBlockBytes;
  const std::size_t whole = message.size() - rest;

  SHA_CTX sha;
  resume(sha, inner);
  if (whole != 0) SHA1_Update(&sha, message.data(), whole);
  if (rest != 0) std::memcpy(tail, message.data() + whole, rest);
  if (!trailer.empty()) std::memcpy(tail + rest, trailer.data(), trailer.size());
  close(sha, tail, rest + trailer.size(), message.size() + trailer.size());

  store_digest(sha, tail);
  resume(sha, outer);
  close(sha, tail, HmacSha1::kDigestBytes, HmacSha1::kDigestBytes);
  HmacSha1::Digest digest;
  store_digest(sha, digest.data());
  return digest;
}

}  // namespace

HmacSha1::HmacSha1(base::Bytes key) {
  absorb_pad(key, 0x36, inner_.data());
  absorb_pad(key, 0x5c, outer_.data());
}

HmacSha1::Digest HmacSha1::sign(base::Bytes message, std::uint32_t trailer) const {
  std::uint8_t word[4];
  base::store_u32(word, trailer);
  return sign_with(inner_.data(), outer_.data(), message, word);
}

HmacSha1::Digest HmacSha1::sign(base::Bytes message) const {
  return sign_with(inner_.data(), outer_.data(), message, {});
}

}  // namespace kaskado::srtp
