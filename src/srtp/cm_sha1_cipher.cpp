#include "srtp/cm_sha1_cipher.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>

#include "srtp/layout.hpp"

namespace kaskado::srtp {
namespace {

// The rollover counter, authenticated behind the packet but not sent (RFC 3711 §4.2).
std::uint32_t rollover_counter(std::uint64_t index) {
  return static_cast<std::uint32_t>(index >> 16);
}

bool is_same(const HmacSha1::Digest& digest, base::Bytes tag) {
  return CRYPTO_memcmp(digest.data(), tag.data(), tag.size()) == 0;
}

}  // namespace

CmSha1Cipher::CmSha1Cipher(const SessionKeys& keys)
    : counter_(keys.key.first(traits(keys.profile).key_bytes)),
      hmac_(keys.auth.first(kAuthKeyBytes)),
      rtp_tag_bytes_(traits(keys.profile).rtp_tag_bytes),
      rtcp_tag_bytes_(traits(keys.profile).rtcp_tag_bytes) {
  std::ranges::copy(keys.salt.bytes, salt_.data());
}

// RFC 3711 §4.1.1: (k_s * 2^16) xor (SSRC * 2^64) xor (index * 2^16).
AesCounter::Block CmSha1Cipher::initial_counter(std::uint32_t ssrc, std::uint64_t index) const {
  AesCounter::Block iv;
  base::store_u64(iv.data(), base::load_u64(salt_.data()) ^ ssrc);
  base::store_u64(iv.data() + 8, base::load_u64(salt_.data() + 8) ^ index << 16);
  return iv;
}

bool CmSha1Cipher::seal_rtp(std::uint8_t* packet, std::size_t header_bytes, base::Bytes payload,
                            std::uint64_t index) {
  if (!counter_.apply(initial_counter(rtp_ssrc(packet), index), payload, packet + header_bytes)) return false;
  const std::size_t length = header_bytes + payload.size();
  const HmacSha1::Digest digest = hmac_.sign({packet, length}, rollover_counter(index));
  std::memcpy(packet + length, digest.data(), rtp_tag_bytes_);
  return true;
}

bool CmSha1Cipher::open_rtp(base::MutableBytes packet, std::size_t header_bytes, std::uint64_t index) {
  const base::MutableBytes signed_part = packet.first(packet.size() - rtp_tag_bytes_);
  if (!is_same(hmac_.sign(signed_part, rollover_counter(index)), packet.last(rtp_tag_bytes_))) return false;
  const base::MutableBytes payload = signed_part.subspan(header_bytes);
  return counter_.apply(initial_counter(rtp_ssrc(packet.data()), index), payload, payload.data());
}

bool CmSha1Cipher::seal_rtcp(std::uint8_t* packet, std::size_t length, std::uint32_t index_word) {
  const base::MutableBytes body{packet + kRtcpHeaderBytes, length - kRtcpHeaderBytes};
  const std::uint32_t index = index_word & kMaxSrtcpIndex;
  if (!counter_.apply(initial_counter(rtcp_ssrc(packet), index), body, body.data())) return false;
  base::store_u32(packet + length, index_word);
  const std::size_t signed_bytes = length + kSrtcpIndexBytes;
  const HmacSha1::Digest digest = hmac_.sign({packet, signed_bytes});
  std::memcpy(packet + signed_bytes, digest.data(), rtcp_tag_bytes_);
  return true;
}

bool CmSha1Cipher::open_rtcp(base::MutableBytes packet, std::uint32_t index_word) {
  const base::MutableBytes signed_part = packet.first(packet.size() - rtcp_tag_bytes_);
  if (!is_same(hmac_.sign(signed_part), packet.last(rtcp_tag_bytes_))) return false;
  if (!(index_word & kSrtcpEncrypted)) return true;
  const std::size_t body_bytes = signed_part.size() - kRtcpHeaderBytes - kSrtcpIndexBytes;
  const base::MutableBytes body = signed_part.subspan(kRtcpHeaderBytes, body_bytes);
  const std::uint32_t index = index_word & kMaxSrtcpIndex;
  return counter_.apply(initial_counter(rtcp_ssrc(packet.data()), index), body, body.data());
}

}  // namespace kaskado::srtp
