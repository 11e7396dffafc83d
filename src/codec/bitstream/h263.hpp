// The beginning of an H263 picture (ITU-T H.263 §5.1).
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "codec/bitstream/picture_size.hpp"

namespace kaskado::codec {

struct H263PictureHeader {
  bool intra = false;
  std::optional<PictureSize> size;  // pictures with PLUSPTYPE may leave it out where it is as before
};

// From the picture start code on. Nothing where there is none, or what follows is cut short or reserved.
std::optional<H263PictureHeader> parse_h263_picture_header(base::Bytes picture);

}  // namespace kaskado::codec
