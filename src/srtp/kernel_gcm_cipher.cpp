#include "srtp/kernel_gcm_cipher.hpp"

#include <algorithm>

#include "srtp/layout.hpp"

namespace kaskado::srtp {

namespace {

using kernels::kGcmTagBytes;
using RtcpAssociated = std::array<std::uint8_t, kRtcpHeaderBytes + kSrtcpIndexBytes>;

RtcpAssociated rtcp_associated(const std::uint8_t* header, std::uint32_t index_word) {
  RtcpAssociated associated;
  std::copy_n(header, kRtcpHeaderBytes, associated.data());
  base::store_u32(associated.data() + kRtcpHeaderBytes, index_word);
  return associated;
}

}  // namespace

template <typename Kernel>
KernelGcmCipher<Kernel>::KernelGcmCipher(const SessionKeys& keys)
    : key_bytes_(traits(keys.profile).key_bytes) {
  Kernel::expand(schedule_.data(), keys.key.data(), key_bytes_);
  std::ranges::copy(keys.salt.first(kNonceBytes), salt_.data());
}

// The nonce is 00 00 || SSRC || index (48 bits: ROC || SEQ, or the SRTCP index), xor the salt: RFC 7714 §8.1,
// §9.1. J0 is the nonce with a 1 behind it.
template <typename Kernel>
kernels::CounterBlock KernelGcmCipher<Kernel>::j0(std::uint32_t ssrc, std::uint64_t index) const {
  const std::uint64_t high = base::load_u64(salt_.data()) ^ (std::uint64_t{ssrc} << 16 | index >> 32);
  const std::uint32_t low = base::load_u32(salt_.data() + 8) ^ static_cast<std::uint32_t>(index);
  return {high, std::uint64_t{low} << 32 | 1};
}

template <typename Kernel>
kernels::GcmPacket KernelGcmCipher<Kernel>::packet(base::Bytes header, base::Bytes in,
                                                   std::uint8_t* out) const {
  return {schedule_.data(), key_bytes_, header.data(), header.size(), in.data(), out, in.size()};
}

template <typename Kernel>
bool KernelGcmCipher<Kernel>::seal_rtp(std::uint8_t* bytes, std::size_t header_bytes, base::Bytes payload,
                                       std::uint64_t index) {
  std::uint8_t* ciphertext = bytes + header_bytes;
  Kernel::seal(j0(rtp_ssrc(bytes), index), packet({bytes, header_bytes}, payload, ciphertext),
               ciphertext + payload.size());
  return true;
}

template <typename Kernel>
bool KernelGcmCipher<Kernel>::open_rtp(base::MutableBytes bytes, std::size_t header_bytes,
                                       std::uint64_t index) {
  const base::MutableBytes payload = bytes.subspan(header_bytes, bytes.size() - header_bytes - kGcmTagBytes);
  return Kernel::open(j0(rtp_ssrc(bytes.data()), index),
                      packet(bytes.first(header_bytes), payload, payload.data()),
                      payload.data() + payload.size());
}

// Header and trailer are the associated data (RFC 7714 §9.2), and stand apart in the packet.
template <typename Kernel>
bool KernelGcmCipher<Kernel>::seal_rtcp(std::uint8_t* bytes, std::size_t length, std::uint32_t index_word) {
  const base::MutableBytes body{bytes + kRtcpHeaderBytes, length - kRtcpHeaderBytes};
  std::uint8_t* tag = bytes + length;
  base::store_u32(tag + kGcmTagBytes, index_word);
  const RtcpAssociated associated = rtcp_associated(bytes, index_word);
  Kernel::seal(j0(rtcp_ssrc(bytes), index_word & kMaxSrtcpIndex), packet(associated, body, body.data()), tag);
  return true;
}

// A packet that is only authenticated has all of itself as associated data (RFC 7714 §9.3); its trailer moves
// to where the tag was, and so stands behind it.
template <typename Kernel>
bool KernelGcmCipher<Kernel>::open_rtcp(base::MutableBytes bytes, std::uint32_t index_word) {
  const base::MutableBytes covered = bytes.first(bytes.size() - kGcmTagBytes - kSrtcpIndexBytes);
  const kernels::CounterBlock first = j0(rtcp_ssrc(bytes.data()), index_word & kMaxSrtcpIndex);
  std::uint8_t* end = covered.data() + covered.size();
  if (index_word & kSrtcpEncrypted) {
    const RtcpAssociated associated = rtcp_associated(bytes.data(), index_word);
    const base::MutableBytes body = covered.subspan(kRtcpHeaderBytes);
    return Kernel::open(first, packet(associated, body, body.data()), end);
  }
  std::array<std::uint8_t, kGcmTagBytes> tag;
  std::copy_n(end, kGcmTagBytes, tag.data());
  base::store_u32(end, index_word);
  return Kernel::open(first, packet(bytes.first(covered.size() + kSrtcpIndexBytes), {}, nullptr), tag.data());
}

template class KernelGcmCipher<kernels::SseGcm>;
template class KernelGcmCipher<kernels::WideGcm>;

}  // namespace kaskado::srtp
