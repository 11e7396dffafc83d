#include "media/mixing/layout.hpp"

#include <cstdint>

namespace kaskado::media {
namespace {

// `length` × `numerator` / `denominator`: even and at least 2, or all of `room` where that is about as long.
int scaled_length(int length, int numerator, int denominator, int room) {
  const std::int64_t exact = (std::int64_t{length} * numerator + denominator / 2) / denominator;
  if (exact >= room) return room;
  const int even = static_cast<int>((exact + 1) & ~std::int64_t{1});
  return std::min(room, std::max(2, even));
}

}  // namespace

Rect letterbox(const Rect& area, int width, int height) {
  if (area.empty() || width <= 0 || height <= 0) return {};
  Rect inner = area;
  if (std::int64_t{width} * area.height >= std::int64_t{height} * area.width) {
    inner.height = scaled_length(height, area.width, width, area.height);
  } else {
    inner.width = scaled_length(width, area.height, height, area.width);
  }
  inner.x += (area.width - inner.width) / 2 & ~1;
  inner.y += (area.height - inner.height) / 2 & ~1;
  return inner;
}

}  // namespace kaskado::media
