#pragma once

namespace kaskado::codec {

// In samples of luma.
struct PictureSize {
  int width = 0;
  int height = 0;
  bool operator==(const PictureSize&) const = default;
  bool is_set() const { return width > 0 && height > 0; }
};

}  // namespace kaskado::codec
