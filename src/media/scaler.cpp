#include "media/scaler.hpp"

#include <libyuv.h>

#include <algorithm>
#include <cstdint>

namespace kaskado::media {

namespace {

struct Area {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

// Even, so that it falls on whole chroma samples; less than two samples on a side are not worth a border.
Area fit(codec::PictureSize of, codec::PictureSize into) {
  const auto product = [](int a, int b) { return std::int64_t{a} * b; };
  Area area{0, 0, into.width, into.height};
  if (product(of.width, into.height) > product(into.width, of.height)) {
    area.height = static_cast<int>(product(into.width, of.height) / of.width);
  } else {
    area.width = static_cast<int>(product(into.height, of.width) / of.height);
  }
  const auto settle = [](int& length, int& offset, int whole) {
    length = std::max(length & ~1, 2);
    if (whole - length < 4) length = whole;
    offset = (whole - length) / 2 & ~1;
  };
  settle(area.width, area.x, into.width);
  settle(area.height, area.y, into.height);
  return area;
}

}  // namespace

codec::PictureRef scale(const codec::PictureRef& picture, codec::PictureSize size, codec::PicturePool& pool) {
  if (size_of(*picture) == size) return picture;
  const codec::MutablePictureRef scaled = pool.acquire(size.width, size.height);
  const Area area = fit(size_of(*picture), size);
  if (area.width != size.width || area.height != size.height) {
    constexpr int kBlackY = 16, kNoColour = 128;
    libyuv::I420Rect(scaled->y(), scaled->stride_y(), scaled->u(), scaled->stride_uv(), scaled->v(),
                     scaled->stride_uv(), 0, 0, size.width, size.height, kBlackY, kNoColour, kNoColour);
  }
  const std::ptrdiff_t y = std::ptrdiff_t{area.y} * scaled->stride_y() + area.x;
  const std::ptrdiff_t uv = std::ptrdiff_t{area.y / 2} * scaled->stride_uv() + area.x / 2;
  libyuv::I420Scale(picture->y(), picture->stride_y(), picture->u(), picture->stride_uv(), picture->v(),
                    picture->stride_uv(), picture->width(), picture->height(), scaled->y() + y,
                    scaled->stride_y(), scaled->u() + uv, scaled->stride_uv(), scaled->v() + uv,
                    scaled->stride_uv(), area.width, area.height, libyuv::kFilterBox);
  return scaled;
}

}  // namespace kaskado::media
