// Pictures in other sizes.
#pragma once

#include "codec/picture.hpp"

namespace kaskado::media {

struct PictureSize {
  int width = 0;
  int height = 0;
  bool operator==(const PictureSize&) const = default;
  bool is_set() const { return width > 0 && height > 0; }
};

inline PictureSize size_of(const codec::Picture& picture) {
  return {picture.width(), picture.height()};
}

// In its shape, as large as fits; what is left over, above and below or on both sides, is black. The same
// picture where it has that size.
codec::PictureRef scale(const codec::PictureRef& picture, PictureSize size, codec::PicturePool& pool);

}  // namespace kaskado::media
