// Pictures in other sizes.
#pragma once

#include "codec/bitstream/picture_size.hpp"
#include "codec/picture.hpp"

namespace kaskado::media {

inline codec::PictureSize size_of(const codec::Picture& picture) {
  return {picture.width(), picture.height()};
}

// In its shape, as large as fits; what is left over, above and below or on both sides, is black. The same
// picture where it has that size.
codec::PictureRef scale(const codec::PictureRef& picture, codec::PictureSize size, codec::PicturePool& pool);

}  // namespace kaskado::media
