// Copying of rows between a library's pictures and ours.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "codec/picture.hpp"

namespace kaskado::codec {

// An I420 picture in somebody else's memory. Strides in bytes.
struct Planes {
  std::array<const std::uint8_t*, 3> data{};
  std::array<std::ptrdiff_t, 3> stride{};
};

inline void copy_rows(const std::uint8_t* from, std::ptrdiff_t from_stride, std::uint8_t* to,
                      std::ptrdiff_t to_stride, int width, int height) {
  for (int row = 0; row < height; ++row, from += from_stride, to += to_stride)
    std::memcpy(to, from, static_cast<std::size_t>(width));
}

inline void copy_planes(const Planes& from, Picture& to) {
  copy_rows(from.data[0], from.stride[0], to.y(), to.stride_y(), to.width(), to.height());
  copy_rows(from.data[1], from.stride[1], to.u(), to.stride_uv(), to.chroma_width(), to.chroma_height());
  copy_rows(from.data[2], from.stride[2], to.v(), to.stride_uv(), to.chroma_width(), to.chroma_height());
}

inline bool is_allowed_size(int width, int height) {
  return width >= 1 && width <= Picture::kMaxWidth && height >= 1 && height <= Picture::kMaxHeight;
}

}  // namespace kaskado::codec
