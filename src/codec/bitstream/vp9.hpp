// The beginning of a VP9 frame, and the index of a super-frame (VP9 bitstream specification, §6.2 and annex
// B).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "codec/bitstream/picture_size.hpp"

namespace kaskado::codec {

struct Vp9FrameHeader {
  int profile = 0;
  bool shows_existing_frame = false;  // and is nothing else
  bool key_frame = false;
  bool intra_only = false;
  bool shown = false;
  int bit_depth = 8;
  std::optional<PictureSize> size;  // of key frames and intra-only ones
};

// Nothing where it is cut short, or breaks what the specification demands.
std::optional<Vp9FrameHeader> parse_vp9_frame_header(base::Bytes frame);

inline constexpr std::size_t kMaxVp9SuperframeFrames = 8;

// The frames in a chunk: those of its super-frame index, or the chunk itself.
struct Vp9Frames {
  std::array<base::Bytes, kMaxVp9SuperframeFrames> frames;
  std::size_t count = 0;
  const base::Bytes* begin() const { return frames.data(); }
  const base::Bytes* end() const { return frames.data() + count; }
};
// An index that promises more than there is counts as none.
Vp9Frames split_vp9_superframe(base::Bytes chunk);

struct Vp9SuperframeIndex {
  std::array<std::uint8_t, 2 + kMaxVp9SuperframeFrames * 4> octets;
  std::size_t count = 0;
  base::Bytes span() const { return {octets.data(), count}; }
};
// For frames of these sizes, 1 to 8 of them; at the end of the chunk.
Vp9SuperframeIndex make_vp9_superframe_index(std::span<const std::uint32_t> frame_bytes);

}  // namespace kaskado::codec
