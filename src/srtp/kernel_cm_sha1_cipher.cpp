#include "srtp/kernel_cm_sha1_cipher.hpp"

#include <openssl/crypto.h>

#include <algorithm>

#include "srtp/layout.hpp"

namespace kaskado::srtp {
namespace {

using Kernel = kernels::SseCmSha1;
using Digest = std::array<std::uint8_t, kernels::kDigestBytes>;

std::uint32_t rollover_counter(std::uint64_t index) {
  return static_cast<std::uint32_t>(index >> 16);
}

}  // namespace

KernelCmSha1Cipher::KernelCmSha1Cipher(const SessionKeys& keys)
    : key_bytes_(traits(keys.profile).key_bytes),
      rtp_tag_bytes_(traits(keys.profile).rtp_tag_bytes),
      rtcp_tag_bytes_(traits(keys.profile).rtcp_tag_bytes) {
  Kernel::expand(schedule_.data(), keys.key.data(), key_bytes_, keys.auth.data());
  std::ranges::copy(keys.salt.bytes, salt_.data());
}

// RFC 3711 §4.1.1: (k_s * 2^16) xor (SSRC * 2^64) xor (index * 2^16).
kernels::CounterBlock KernelCmSha1Cipher::first_counter(std::uint32_t ssrc, std::uint64_t index) const {
  return {base::load_u64(salt_.data()) ^ ssrc, base::load_u64(salt_.data() + 8) ^ index << 16};
}

kernels::CmPacket KernelCmSha1Cipher::packet(std::uint8_t* bytes, std::size_t header_bytes,
                                             base::Bytes payload) const {
  return {schedule_.data(), key_bytes_, bytes, header_bytes, payload.data(), payload.size()};
}

bool KernelCmSha1Cipher::is_signed(base::Bytes message, std::uint32_t trailer, base::Bytes tag) const {
  Digest digest;
  Kernel::sign(schedule_.data(), message.data(), message.size(), trailer, digest.data());
  return CRYPTO_memcmp(digest.data(), tag.data(), tag.size()) == 0;
}

bool KernelCmSha1Cipher::seal_rtp(std::uint8_t* bytes, std::size_t header_bytes, base::Bytes payload,
                                  std::uint64_t index) {
  Digest digest;
  Kernel::seal(first_counter(rtp_ssrc(bytes), index), packet(bytes, header_bytes, payload),
               rollover_counter(index), digest.data());
  std::copy_n(digest.data(), rtp_tag_bytes_, bytes + header_bytes + payload.size());
  return true;
}

bool KernelCmSha1Cipher::open_rtp(base::MutableBytes bytes, std::size_t header_bytes, std::uint64_t index) {
  const base::Bytes covered = bytes.first(bytes.size() - rtp_tag_bytes_);
  if (!is_signed(covered, rollover_counter(index), bytes.last(rtp_tag_bytes_))) return false;
  Kernel::apply_key_stream(first_counter(rtp_ssrc(bytes.data()), index),
                           packet(bytes.data(), header_bytes, covered.subspan(header_bytes)));
  return true;
}

// The trailer is what stands behind the packet: E-flag and SRTCP index (RFC 3711 §3.4).
bool KernelCmSha1Cipher::seal_rtcp(std::uint8_t* bytes, std::size_t length, std::uint32_t index_word) {
  const base::Bytes body{bytes + kRtcpHeaderBytes, length - kRtcpHeaderBytes};
  Digest digest;
  Kernel::seal(first_counter(rtcp_ssrc(bytes), index_word & kMaxSrtcpIndex),
               packet(bytes, kRtcpHeaderBytes, body), index_word, digest.data());
  base::store_u32(bytes + length, index_word);
  std::copy_n(digest.data(), rtcp_tag_bytes_, bytes + length + kSrtcpIndexBytes);
  return true;
}

bool KernelCmSha1Cipher::open_rtcp(base::MutableBytes bytes, std::uint32_t index_word) {
  const base::Bytes covered = bytes.first(bytes.size() - rtcp_tag_bytes_ - kSrtcpIndexBytes);
  if (!is_signed(covered, index_word, bytes.last(rtcp_tag_bytes_))) return false;
  if (index_word & kSrtcpEncrypted)
    Kernel::apply_key_stream(first_counter(rtcp_ssrc(bytes.data()), index_word & kMaxSrtcpIndex),
                             packet(bytes.data(), kRtcpHeaderBytes, covered.subspan(kRtcpHeaderBytes)));
  return true;
}

}  // namespace kaskado::srtp
