// What has to be known of an H.264 sequence parameter set to choose a decoder for it (ITU-T H.264
// §7.3.2.1.1).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace kaskado::codec {

// nal_unit_type, ITU-T H.264 table 7-1.
enum class H264Nal : std::uint8_t {
  slice = 1,
  idr = 5,
  sei = 6,
  sps = 7,
  pps = 8,
  subset_sps = 15,
  extension = 20
};

inline H264Nal h264_nal_type(base::Bytes unit) {
  return static_cast<H264Nal>(unit[0] & 31);
}

struct H264Sps {
  static constexpr int kBaseline = 66;

  int profile_idc = 0;
  // Of whole macroblocks, before cropping. Zero where the profile puts more in front of them than is read
  // here, which baseline does not.
  int coded_width = 0;
  int coded_height = 0;
  bool interlaced = false;
};

// `unit` is the NAL unit with its header. Nothing where it is cut short or its numbers are impossible.
std::optional<H264Sps> parse_h264_sps(base::Bytes unit);

}  // namespace kaskado::codec
