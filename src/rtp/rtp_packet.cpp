#include "rtp/rtp_packet.hpp"

namespace kaskado::rtp {

namespace {

// RFC 3550 §5.3.1. Leaves `header_bytes` behind the extension; false where it runs over the end.
bool read_extension(base::Bytes packet, RtpHeader& header, std::size_t& header_bytes) {
  if (packet.size() < header_bytes + 4) return false;
  const std::size_t length = std::size_t{base::load_u16(packet.data() + header_bytes + 2)} * 4;
  header.extension_profile = base::load_u16(packet.data() + header_bytes);
  header_bytes += 4;
  if (packet.size() < header_bytes + length) return false;
  header.extension_offset = static_cast<std::uint16_t>(header_bytes);
  header.extension_length = static_cast<std::uint16_t>(length);
  header_bytes += length;
  return true;
}

}  // namespace

std::optional<RtpHeader> parse_rtp(base::Bytes packet) {
  if (packet.size() < kFixedHeaderBytes || packet.size() > 0xffff) return std::nullopt;
  const std::uint8_t* p = packet.data();
  if ((p[0] & 0xc0) != kVersionBits) return std::nullopt;

  RtpHeader header;
  header.csrc_count = p[0] & 0x0f;
  header.marker = p[1] >> 7 != 0;
  header.payload_type = PayloadType{static_cast<std::uint8_t>(p[1] & 0x7f)};
  header.sequence = SequenceNumber{base::load_u16(p + 2)};
  header.timestamp = Timestamp{base::load_u32(p + 4)};
  header.ssrc = Ssrc{base::load_u32(p + 8)};

  std::size_t header_bytes = kFixedHeaderBytes + std::size_t{header.csrc_count} * 4;
  if (packet.size() < header_bytes) return std::nullopt;
  if ((p[0] & 0x10) && !read_extension(packet, header, header_bytes)) return std::nullopt;

  const std::size_t behind_header = packet.size() - header_bytes;
  if (p[0] & 0x20) {
    header.padding_bytes = packet.back();
    if (header.padding_bytes == 0 || header.padding_bytes > behind_header) return std::nullopt;
  }
  header.payload_offset = static_cast<std::uint16_t>(header_bytes);
  header.payload_length = static_cast<std::uint16_t>(behind_header - header.padding_bytes);
  return header;
}

void write_fixed_header(const RtpHeader& header, std::uint8_t* packet) {
  packet[0] = kVersionBits;
  packet[1] = static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | header.payload_type.value);
  base::store_u16(packet + 2, header.sequence.value);
  base::store_u32(packet + 4, header.timestamp.value);
  base::store_u32(packet + 8, header.ssrc.value);
}

}  // namespace kaskado::rtp
