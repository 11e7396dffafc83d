#include "codec/bitstream/h264.hpp"

#include <algorithm>

#include "codec/bitstream/bit_reader.hpp"
#include "codec/bitstream/nal_units.hpp"

namespace kaskado::codec {

namespace {

constexpr std::uint32_t kMaxSide = 16880;  // of level 6.2 (ITU-T H.264 §A.3.1)

bool has_chroma_format(std::uint8_t profile_idc) {
  constexpr std::uint8_t kProfiles[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  return std::find(std::begin(kProfiles), std::end(kProfiles), profile_idc) != std::end(kProfiles);
}

// §7.3.2.1.1.1: a list ends early where the next scale is 0.
void skip_scaling_list(BitReader& reader, int size) {
  std::int64_t last = 8, next = 8;
  for (int i = 0; i < size && next != 0 && reader.ok(); ++i) {
    next = (last + reader.se()) & 0xff;
    if (next != 0) last = next;
  }
}

struct ChromaFormat {
  std::uint32_t idc = 1;  // 4:2:0
  bool separate_planes = false;
};

bool read_chroma_format(BitReader& reader, ChromaFormat& chroma, H264Sps& sps) {
  chroma.idc = reader.ue();
  if (chroma.idc > 3) return false;
  if (chroma.idc == 3) chroma.separate_planes = reader.flag();
  const std::uint32_t luma_depth = reader.ue(), chroma_depth = reader.ue();
  if (luma_depth > 6 || chroma_depth > 6) return false;
  sps.bit_depth = static_cast<int>(luma_depth) + 8;
  reader.skip(1);                   // qpprime_y_zero_transform_bypass_flag
  if (!reader.flag()) return true;  // seq_scaling_matrix_present_flag
  const int lists = chroma.idc == 3 ? 12 : 8;
  for (int i = 0; i < lists; ++i) {
    if (reader.flag()) skip_scaling_list(reader, i < 6 ? 16 : 64);
  }
  return reader.ok();
}

bool skip_picture_order_count(BitReader& reader) {
  const std::uint32_t type = reader.ue();
  if (type > 2) return false;
  if (type == 0) reader.ue();  // log2_max_pic_order_cnt_lsb_minus4
  if (type != 1) return true;
  reader.skip(1);  // delta_pic_order_always_zero_flag
  reader.se();
  reader.se();
  const std::uint32_t cycle = reader.ue();
  if (cycle > 255) return false;
  for (std::uint32_t i = 0; i < cycle && reader.ok(); ++i) reader.se();
  return true;
}

// §7.4.2.1.1: the size in samples, whole and less what is cropped.
bool read_size(BitReader& reader, const ChromaFormat& chroma, H264Sps& sps) {
  const std::uint64_t macroblocks_across = std::uint64_t{reader.ue()} + 1;
  const std::uint64_t map_units_down = std::uint64_t{reader.ue()} + 1;
  const bool frames_only = reader.flag();
  sps.interlaced = !frames_only;
  if (!frames_only) reader.skip(1);  // mb_adaptive_frame_field_flag
  reader.skip(1);                    // direct_8x8_inference_flag
  const std::uint64_t width = macroblocks_across * 16, height = map_units_down * (frames_only ? 16 : 32);
  if (width > kMaxSide || height > kMaxSide) return false;

  std::uint64_t cropped_across = 0, cropped_down = 0;
  if (reader.flag()) {
    const bool has_chroma = chroma.idc != 0 && !chroma.separate_planes;
    const std::uint64_t unit_across = has_chroma && chroma.idc != 3 ? 2 : 1;
    const std::uint64_t unit_down = (has_chroma && chroma.idc == 1 ? 2u : 1u) * (frames_only ? 1u : 2u);
    cropped_across = reader.ue() * unit_across;
    cropped_across += reader.ue() * unit_across;
    cropped_down = reader.ue() * unit_down;
    cropped_down += reader.ue() * unit_down;
  }
  if (!reader.ok() || cropped_across >= width || cropped_down >= height) return false;
  sps.coded_size = {static_cast<int>(width), static_cast<int>(height)};
  sps.size = {static_cast<int>(width - cropped_across), static_cast<int>(height - cropped_down)};
  return true;
}

}  // namespace

std::optional<H264Sps> parse_h264_sps(base::Bytes nal) {
  if (nal.empty() || h264::type_of(nal[0]) != h264::kSps) return std::nullopt;
  BitReader reader(nal.subspan(1), BitReader::Escapes::emulation_prevention);
  H264Sps sps;
  sps.profile_idc = static_cast<std::uint8_t>(reader.bits(8));
  sps.constraint_flags = static_cast<std::uint8_t>(reader.bits(8));
  sps.level_idc = static_cast<std::uint8_t>(reader.bits(8));
  sps.id = reader.ue();
  if (sps.id > 31) return std::nullopt;
  ChromaFormat chroma;
  if (has_chroma_format(sps.profile_idc) && !read_chroma_format(reader, chroma, sps)) return std::nullopt;
  reader.ue();  // log2_max_frame_num_minus4
  if (!skip_picture_order_count(reader)) return std::nullopt;
  reader.ue();     // max_num_ref_frames
  reader.skip(1);  // gaps_in_frame_num_value_allowed_flag
  if (!read_size(reader, chroma, sps)) return std::nullopt;
  return sps;
}

}  // namespace kaskado::codec
