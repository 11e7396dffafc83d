// Any octets as a frame of every codec, and as each thing in it that is parsed by itself.
#include <cstring>

#include "codec/bitstream/av1.hpp"
#include "codec/bitstream/h263.hpp"
#include "codec/bitstream/h264.hpp"
#include "codec/bitstream/h265.hpp"
#include "codec/bitstream/nal_units.hpp"
#include "codec/bitstream/opus.hpp"
#include "codec/bitstream/speech.hpp"
#include "codec/bitstream/vp8.hpp"
#include "codec/bitstream/vp9.hpp"
#include "codec/frame_facts.hpp"
#include "fuzz/support/require.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::codec;
using base::Bytes;
using fuzz::require;
using namespace std::chrono_literals;

template <typename Size>
void require_size(const Size& size) {
  require(!size || (size->width > 0 && size->height > 0 && size->width <= 65536 && size->height <= 65536));
}

void read_headers(Bytes bytes) {
  if (const auto header = parse_vp8_frame_header(bytes))
    require(!header->key_frame || header->size.width > 0);
  if (const auto header = parse_vp9_frame_header(bytes)) require_size(header->size);
  if (const auto header = parse_h263_picture_header(bytes)) require_size(header->size);
  if (const auto header = parse_av1_sequence_header(bytes)) require_size(std::optional(header->size));
  if (const auto sps = parse_h264_sps(bytes)) require_size(std::optional(sps->size));
  if (const auto sps = parse_h265_sps(bytes)) require_size(std::optional(sps->size));
}

void read_frames(Bytes bytes) {
  for (int i = 0; i <= static_cast<int>(CodecId::aac); ++i) {
    const auto codec = static_cast<CodecId>(i);
    require_size(picture_size(codec, bytes));
    is_key_frame(codec, bytes);
    const auto duration = sound_duration(codec, bytes);
    require(!duration || *duration >= 0ns);
    require(codec != CodecId::opus || !duration || *duration <= 120ms);
  }
}

void split_frames(Bytes chunk) {
  std::size_t total = 0;
  for (const Bytes frame : split_vp9_superframe(chunk)) total += frame.size();
  require(total <= chunk.size());
  total = 0;
  Obus obus(chunk);
  while (const auto obu = obus.next()) total += obu->header.octets() + obu->payload.size();
  require(total <= chunk.size() && (obus.malformed() || total > 0 || chunk.empty()));
}

// Both forms of NAL units say the same.
void change_forms(Bytes stream) {
  std::vector<std::uint8_t> prefixed, again, once_more;
  append_length_prefixed(stream, prefixed);
  require(append_byte_stream(prefixed, 4, again));
  append_length_prefixed(again, once_more);
  require(prefixed == once_more);
  for (const int length_octets : {1, 2, 4}) {
    again.clear();
    append_byte_stream(stream, length_octets, again);
    require(again.size() <= stream.size() * 5);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Memory of its own, so that a sanitizer sees what goes past it.
  const std::vector<std::uint8_t> bytes(data, data + size);
  read_headers(bytes);
  read_frames(bytes);
  split_frames(bytes);
  change_forms(bytes);
  return 0;
}
