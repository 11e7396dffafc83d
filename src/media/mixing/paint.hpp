// The strokes that a canvas is painted with. Rectangles lie within their pictures and have even corners.
#pragma once

#include "codec/picture.hpp"
#include "media/mixing/rect.hpp"

namespace kaskado::media {

// Limited range's: Y 16, U 128, V 128.
void paint_black(codec::Picture& canvas, const Rect& area);
// `from` is the corner of what is copied, `to` where it comes to stand.
void paint_part(codec::Picture& canvas, const Rect& to, const codec::Picture& picture, int from_x,
                int from_y);
// All of the picture at the size of `scaled`: averaged where that is smaller, interpolated where it is
// larger.
void scale(const codec::Picture& picture, codec::Picture& scaled);

}  // namespace kaskado::media
