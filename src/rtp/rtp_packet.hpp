// The RTP header (RFC 3550 §5.1), read once per received packet.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "rtp/types.hpp"

namespace kaskado::rtp {

inline constexpr std::size_t kFixedHeaderBytes = 12;  // RFC 3550 §5.1
inline constexpr std::uint8_t kVersionBits = 0x80;    // version 2

// Offsets count from the packet's first byte. `payload_length` is without padding (RFC 3550 §5.1, P bit).
struct RtpHeader {
  Ssrc ssrc;
  Timestamp timestamp;
  SequenceNumber sequence;
  PayloadType payload_type;
  bool marker = false;
  std::uint8_t csrc_count = 0;
  std::uint8_t padding_bytes = 0;
  std::uint16_t extension_profile = 0;  // 0 where there is no extension
  std::uint16_t extension_offset = 0;   // of the first element, behind profile and length
  std::uint16_t extension_length = 0;
  std::uint16_t payload_offset = 0;  // = the header's length
  std::uint16_t payload_length = 0;

  // Of contributing sources and extension, whatever of the payload has been taken off since.
  std::size_t header_bytes() const {
    return extension_offset != 0 ? std::size_t{extension_offset} + extension_length : kFixedHeaderBytes + std::size_t{csrc_count} * 4;
  }
};

// Nothing where the bytes are not one whole RTP packet of version 2 of less than 64 KiB.
std::optional<RtpHeader> parse_rtp(base::Bytes packet);

// A header without contributing sources, padding and extension: kFixedHeaderBytes of them.
void write_fixed_header(const RtpHeader& header, std::uint8_t* packet);

// RFC 5761 §4: on a shared port, RTCP types 192 … 223 stand where RTP has marker and payload type.
inline bool is_rtcp(base::Bytes packet) {
  return packet.size() >= 4 && (packet[0] & 0xc0) == kVersionBits && packet[1] >= 192 && packet[1] <= 223;
}

}  // namespace kaskado::rtp
