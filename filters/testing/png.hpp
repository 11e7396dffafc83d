// Images as they come over the net.
#pragma once

#include <png.h>

#include <cstdint>
#include <vector>

namespace kaskado::filters {

// Red, green, blue and alpha of each pixel.
inline std::vector<std::uint8_t> png_of(int width, int height, const std::vector<std::uint8_t>& rgba) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(width);
  png.height = static_cast<png_uint_32>(height);
  png.format = PNG_FORMAT_RGBA;
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&png, nullptr, &size, 0, rgba.data(), 0, nullptr);
  std::vector<std::uint8_t> bytes(size);
  png_image_write_to_memory(&png, bytes.data(), &size, 0, rgba.data(), 0, nullptr);
  bytes.resize(size);
  return bytes;
}

}  // namespace kaskado::filters
