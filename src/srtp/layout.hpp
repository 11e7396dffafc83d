// Where things stand in SRTP and SRTCP packets. Only what the ciphers need; `rtp` parses the rest.
#pragma once

#include "srtp/profile.hpp"

namespace kaskado::srtp {

inline constexpr std::size_t kRtpFixedHeaderBytes = 12;  // RFC 3550 §5.1
inline constexpr std::size_t kRtcpHeaderBytes = 8;       // left in the clear: RFC 3711 §3.4
inline constexpr std::uint32_t kSrtcpEncrypted = 0x80000000;
inline constexpr std::uint32_t kMaxSrtcpIndex = 0x7fffffff;
inline constexpr std::uint64_t kMaxRtpIndex = 0xffff'ffff'ffff;  // ROC << 16 | SEQ

inline std::uint16_t rtp_sequence(const std::uint8_t* packet) {
  return base::load_u16(packet + 2);
}
inline std::uint32_t rtp_ssrc(const std::uint8_t* packet) {
  return base::load_u32(packet + 8);
}
inline std::uint32_t rtcp_ssrc(const std::uint8_t* packet) {
  return base::load_u32(packet + 4);
}

inline bool is_version_2(base::Bytes packet) {
  return !packet.empty() && packet[0] >> 6 == 2;
}

// The length of the RTP header with its CSRCs and extension (RFC 3550 §5.1, §5.3.1), or 0 where the packet
// is no RTP or shorter than that.
inline std::size_t rtp_header_bytes(base::Bytes packet) {
  if (packet.size() < kRtpFixedHeaderBytes || !is_version_2(packet)) return 0;
  const std::size_t csrc_count = packet[0] & 0x0f;
  const bool extended = packet[0] & 0x10;
  std::size_t length = kRtpFixedHeaderBytes + 4 * csrc_count;
  if (extended) {
    if (packet.size() < length + 4) return 0;
    length += 4 + 4 * std::size_t{base::load_u16(packet.data() + length + 2)};
  }
  return length <= packet.size() ? length : 0;
}

// RFC 3711 §3.4 puts the index before the tag, RFC 7714 §9.2 behind it. `length` covers both.
inline std::size_t srtcp_index_offset(const ProfileTraits& profile, std::size_t length) {
  return length - kSrtcpIndexBytes - (profile.aead ? 0 : profile.rtcp_tag_bytes);
}

}  // namespace kaskado::srtp
