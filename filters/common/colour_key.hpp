// A colour learnt from a part of some pictures, and where else it is: for chroma keys and for coloured
// pointers.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "common/picture_view.hpp"

namespace kaskado::filters {

// A part of the picture that a client named in pixels. What lies outside is left out; at least one pixel of
// the picture, the nearest, is in it.
cv::Rect clip(const cv::Rect& area, const PictureView& picture);

// Counts the colours in parts of pictures. Bounded by its two histograms, however much is added.
class ColourSample {
 public:
  void add(const PictureView& picture, const cv::Rect& area);
  void clear() { *this = ColourSample(); }
  bool empty() const { return total_ == 0; }

 private:
  friend class ColourKey;
  // A cell is four by four values of U and V.
  static constexpr int kCells = 64;
  std::vector<std::uint32_t> chroma_ = std::vector<std::uint32_t>(kCells * kCells);
  std::array<std::uint64_t, 256> luma_{};
  std::uint64_t total_ = 0;
};

// Says of each colour how much it is the one learnt.
class ColourKey {
 public:
  struct Tolerance {
    double degrees = 14;       // of hue, to either side of what was seen
    double least_share = 0.4;  // of the colourfulness that was seen: shadows are less colourful
  };

  ColourKey(const ColourSample& sample, const Tolerance& tolerance);

  // A value for each colour sample of the picture (half its width and height): 255 where it is the colour, 0
  // where it is not, and between the two at the edges. `mask` is made as large as it has to be.
  void match(const PictureView& picture, cv::Mat& mask) const;

 private:
  void learn_hue(double u, double v, double spread, const Tolerance& tolerance);
  void learn_grey(double u, double v, const ColourSample& sample);

  std::vector<std::uint8_t> table_;  // by U and V
  int darkest_ = 0;
  int brightest_ = 255;
};

}  // namespace kaskado::filters
