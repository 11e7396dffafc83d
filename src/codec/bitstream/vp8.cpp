#include "codec/bitstream/vp8.hpp"

namespace kaskado::codec {

std::optional<Vp8FrameHeader> parse_vp8_frame_header(base::Bytes frame) {
  if (frame.size() < 3) return std::nullopt;
  const std::uint32_t tag =
      frame[0] | static_cast<std::uint32_t>(frame[1]) << 8 | static_cast<std::uint32_t>(frame[2]) << 16;
  Vp8FrameHeader header;
  header.key_frame = (tag & 1) == 0;
  header.version = static_cast<int>(tag >> 1 & 7);
  header.shown = (tag >> 4 & 1) != 0;
  header.first_partition_bytes = tag >> 5;
  if (!header.key_frame) return header;

  constexpr std::uint32_t kStartCode = 0x9d012a;
  if (frame.size() < 10 || base::load_u24(&frame[3]) != kStartCode) return std::nullopt;
  // 14 bits each, least significant octet first; two bits above them are for scaling.
  header.size.width = frame[6] | (frame[7] & 0x3f) << 8;
  header.size.height = frame[8] | (frame[9] & 0x3f) << 8;
  if (header.size.width == 0 || header.size.height == 0) return std::nullopt;
  return header;
}

}  // namespace kaskado::codec
