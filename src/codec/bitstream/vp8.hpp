// The header of a VP8 frame (RFC 6386 §9.1).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "codec/bitstream/picture_size.hpp"

namespace kaskado::codec {

struct Vp8FrameHeader {
  bool key_frame = false;
  bool shown = false;
  int version = 0;
  std::uint32_t first_partition_bytes = 0;
  PictureSize size;  // of key frames; neither side is 0
};

// Nothing where it is cut short, or a key frame without start code or size.
std::optional<Vp8FrameHeader> parse_vp8_frame_header(base::Bytes frame);

}  // namespace kaskado::codec
