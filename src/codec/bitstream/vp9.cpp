#include "codec/bitstream/vp9.hpp"

#include <algorithm>

#include "codec/bitstream/bit_reader.hpp"

namespace kaskado::codec {

namespace {

using base::Bytes;

// §6.2.1
bool is_sync_code(BitReader& reader) {
  return reader.bits(24) == 0x498342;
}

// color_config(), §6.2.2. False where a reserved bit is set.
bool read_color_config(BitReader& reader, Vp9FrameHeader& header) {
  if (header.profile >= 2) header.bit_depth = reader.flag() ? 12 : 10;
  const bool may_subsample_otherwise = header.profile == 1 || header.profile == 3;
  constexpr std::uint32_t kRgb = 7;
  if (reader.bits(3) == kRgb) return may_subsample_otherwise && !reader.flag();
  reader.skip(1);  // color_range
  if (!may_subsample_otherwise) return true;
  reader.skip(2);  // subsampling_x, subsampling_y
  return !reader.flag();
}

// frame_size(), §6.2.3
PictureSize read_size(BitReader& reader) {
  const int width = static_cast<int>(reader.bits(16)) + 1;
  return {width, static_cast<int>(reader.bits(16)) + 1};
}

bool read_intra(BitReader& reader, Vp9FrameHeader& header) {
  if (!is_sync_code(reader)) return false;
  const bool has_color_config = header.key_frame || header.profile > 0;
  if (has_color_config && !read_color_config(reader, header)) return false;
  if (!header.key_frame) reader.skip(8);  // refresh_frame_flags
  header.size = read_size(reader);
  return reader.ok();
}

bool is_index_marker(std::uint8_t octet) {
  return octet >> 5 == 0b110;
}

}  // namespace

std::optional<Vp9FrameHeader> parse_vp9_frame_header(Bytes frame) {
  BitReader reader(frame);
  Vp9FrameHeader header;
  if (reader.bits(2) != 2) return std::nullopt;  // frame_marker
  header.profile = static_cast<int>(reader.bits(1));
  header.profile |= static_cast<int>(reader.bits(1)) << 1;
  if (header.profile == 3 && reader.flag()) return std::nullopt;
  header.shows_existing_frame = reader.flag();
  if (header.shows_existing_frame) {
    reader.skip(3);  // frame_to_show_map_idx
    header.shown = true;
    return reader.ok() ? std::optional(header) : std::nullopt;
  }
  header.key_frame = !reader.flag();
  header.shown = reader.flag();
  const bool error_resilient = reader.flag();
  if (!header.key_frame) {
    header.intra_only = !header.shown && reader.flag();
    if (!error_resilient) reader.skip(2);  // reset_frame_context
  }
  if ((header.key_frame || header.intra_only) && !read_intra(reader, header)) return std::nullopt;
  return reader.ok() ? std::optional(header) : std::nullopt;
}

Vp9Frames split_vp9_superframe(Bytes chunk) {
  const Vp9Frames one{{chunk}, chunk.empty() ? std::size_t{0} : std::size_t{1}};
  if (chunk.empty() || !is_index_marker(chunk.back())) return one;
  const std::size_t frames = (chunk.back() & 7u) + 1;
  const std::size_t size_octets = (chunk.back() >> 3 & 3u) + 1;
  const std::size_t index_bytes = 2 + frames * size_octets;
  if (chunk.size() < index_bytes || chunk[chunk.size() - index_bytes] != chunk.back()) return one;

  Bytes rest = chunk.first(chunk.size() - index_bytes);
  const std::uint8_t* sizes = rest.data() + rest.size() + 1;
  Vp9Frames found;
  for (std::size_t i = 0; i < frames; ++i, sizes += size_octets) {
    std::size_t bytes = 0;
    for (std::size_t octet = 0; octet < size_octets; ++octet)
      bytes |= std::size_t{sizes[octet]} << (8 * octet);
    if (bytes > rest.size()) return one;
    if (bytes > 0) found.frames[found.count++] = rest.first(bytes);
    rest = rest.subspan(bytes);
  }
  return found;
}

Vp9SuperframeIndex make_vp9_superframe_index(std::span<const std::uint32_t> frame_bytes) {
  const std::uint32_t largest = *std::max_element(frame_bytes.begin(), frame_bytes.end());
  std::size_t size_octets = 1;
  while (size_octets < 4 && largest >> (8 * size_octets) != 0) ++size_octets;
  const auto marker =
      static_cast<std::uint8_t>(0b110 << 5 | (size_octets - 1) << 3 | (frame_bytes.size() - 1));
  Vp9SuperframeIndex index;
  index.octets[index.count++] = marker;
  for (const std::uint32_t bytes : frame_bytes) {
    for (std::size_t octet = 0; octet < size_octets; ++octet)
      index.octets[index.count++] = static_cast<std::uint8_t>(bytes >> (8 * octet));
  }
  index.octets[index.count++] = marker;
  return index;
}

}  // namespace kaskado::codec
