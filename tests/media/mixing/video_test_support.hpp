// Pictures of one colour, and what is seen at a place.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <ostream>

#include "media/video_frame.hpp"
#include "mixing/test_time.hpp"

namespace kaskado::media::test {

struct Colour {
  int y = 0;
  int u = 0;
  int v = 0;
  bool operator==(const Colour&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Colour& c) {
    return out << c.y << '/' << c.u << '/' << c.v;
  }
};

inline constexpr Colour kBlack{16, 128, 128};
inline constexpr Colour kRed{81, 90, 240};
inline constexpr Colour kGreen{145, 54, 34};
inline constexpr Colour kBlue{41, 240, 110};
inline constexpr Colour kYellow{210, 16, 146};

inline codec::PictureRef picture(int width, int height, Colour colour) {
  auto made = std::make_shared<codec::Picture>(width, height);
  const auto luma = static_cast<std::size_t>(made->stride_y()) * static_cast<std::size_t>(height);
  const auto chroma =
      static_cast<std::size_t>(made->stride_uv()) * static_cast<std::size_t>(made->chroma_height());
  std::memset(made->y(), colour.y, luma);
  std::memset(made->u(), colour.u, chroma);
  std::memset(made->v(), colour.v, chroma);
  return made;
}

inline Colour seen(const codec::Picture& picture, int x, int y) {
  const int chroma = y / 2 * picture.stride_uv() + x / 2;
  return {picture.y()[y * picture.stride_y() + x], picture.u()[chroma], picture.v()[chroma]};
}

inline VideoFrame frame(codec::PictureRef shown, base::Duration time) {
  return {.picture = std::move(shown), .time = at(time), .arrived = at(time), .metadata = {}};
}

}  // namespace kaskado::media::test
