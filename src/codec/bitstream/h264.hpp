// The sequence parameter set of H264 (ITU-T H.264 §7.3.2.1.1).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "codec/bitstream/picture_size.hpp"

namespace kaskado::codec {

struct H264Sps {
  static constexpr std::uint8_t kBaseline = 66;  // of profile_idc, §A.2.1

  std::uint8_t profile_idc = 0;
  std::uint8_t constraint_flags = 0;  // constraint_set0_flag is the most significant bit
  std::uint8_t level_idc = 0;
  std::uint32_t id = 0;
  int bit_depth = 8;        // of luma
  bool interlaced = false;  // frame_mbs_only_flag is not set: there may be fields
  PictureSize coded_size;   // of whole macroblocks, before cropping; sides are 16 … 16880
  PictureSize size;         // after cropping; sides are 1 … 16880
};

// `nal` is the unit with its header. Nothing where it is another unit, cut short, or beyond what the standard
// allows.
std::optional<H264Sps> parse_h264_sps(base::Bytes nal);

}  // namespace kaskado::codec
