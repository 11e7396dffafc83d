// The sequence parameter set of H265 (ITU-T H.265 §7.3.2.2).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "codec/bitstream/picture_size.hpp"

namespace kaskado::codec {

struct H265Sps {
  std::uint8_t profile_idc = 0;
  std::uint8_t level_idc = 0;  // 30 times the level
  PictureSize size;            // of the conformance window; sides are 1 … 16888
};

// `nal` is the unit with its header, of the base layer. Nothing where it is another unit, cut short, or
// beyond what the standard allows.
std::optional<H265Sps> parse_h265_sps(base::Bytes nal);

}  // namespace kaskado::codec
