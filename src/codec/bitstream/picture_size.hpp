#pragma once

namespace kaskado::codec {

// In samples of luma.
struct PictureSize {
  int width = 0;
  int height = 0;
  bool operator==(const PictureSize&) const = default;
};

}  // namespace kaskado::codec
