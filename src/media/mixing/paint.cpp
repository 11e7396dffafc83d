#include "media/mixing/paint.hpp"

#include <libyuv.h>

#include <cstddef>
#include <cstdint>

namespace kaskado::media {
namespace {

constexpr std::uint32_t kBlackLuma = 16;
constexpr std::uint32_t kNoChroma = 128;

std::ptrdiff_t offset(int x, int y, int stride) {
  return static_cast<std::ptrdiff_t>(y) * stride + x;
}

int half(int pixels) {
  return (pixels + 1) / 2;
}

}  // namespace

void paint_black(codec::Picture& canvas, const Rect& area) {
  if (area.empty()) return;
  const std::ptrdiff_t chroma = offset(area.x / 2, area.y / 2, canvas.stride_uv());
  libyuv::SetPlane(canvas.y() + offset(area.x, area.y, canvas.stride_y()), canvas.stride_y(), area.width,
                   area.height, kBlackLuma);
  for (std::uint8_t* plane : {canvas.u(), canvas.v()})
    libyuv::SetPlane(plane + chroma, canvas.stride_uv(), half(area.width), half(area.height), kNoChroma);
}

void paint_part(codec::Picture& canvas, const Rect& to, const codec::Picture& picture, int from_x,
                int from_y) {
  if (to.empty()) return;
  const std::ptrdiff_t from = offset(from_x / 2, from_y / 2, picture.stride_uv());
  const std::ptrdiff_t chroma = offset(to.x / 2, to.y / 2, canvas.stride_uv());
  libyuv::CopyPlane(picture.y() + offset(from_x, from_y, picture.stride_y()), picture.stride_y(),
                    canvas.y() + offset(to.x, to.y, canvas.stride_y()), canvas.stride_y(), to.width,
                    to.height);
  libyuv::CopyPlane(picture.u() + from, picture.stride_uv(), canvas.u() + chroma, canvas.stride_uv(),
                    half(to.width), half(to.height));
  libyuv::CopyPlane(picture.v() + from, picture.stride_uv(), canvas.v() + chroma, canvas.stride_uv(),
                    half(to.width), half(to.height));
}

void scale(const codec::Picture& picture, codec::Picture& scaled) {
  libyuv::I420Scale(picture.y(), picture.stride_y(), picture.u(), picture.stride_uv(), picture.v(),
                    picture.stride_uv(), picture.width(), picture.height(), scaled.y(), scaled.stride_y(),
                    scaled.u(), scaled.stride_uv(), scaled.v(), scaled.stride_uv(), scaled.width(),
                    scaled.height(), libyuv::kFilterBox);
}

}  // namespace kaskado::media
