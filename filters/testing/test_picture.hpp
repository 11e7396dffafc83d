// Pictures for the filters' tests.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "common/image.hpp"
#include "common/paint.hpp"
#include "common/picture_view.hpp"

namespace kaskado::filters {

// Owns its planes, whose rows are further apart than they are long.
class TestPicture {
 public:
  TestPicture(int width, int height, Colour colour = kBlack)
      : width_(width),
        height_(height),
        stride_(width + 13),
        memory_(static_cast<std::size_t>(stride_ * height + 2 * stride_ * ((height + 1) / 2)), kGuard) {
    fill(view(), view().bounds(), colour);
  }

  PictureView view() {
    std::uint8_t* const y = memory_.data();
    std::uint8_t* const u = y + stride_ * height_;
    return {y, u, u + stride_ * ((height_ + 1) / 2), width_, height_, stride_, stride_};
  }
  Colour at(int x, int y) {
    const PictureView v = view();
    return {v.y[y * v.stride_y + x], v.u[y / 2 * v.stride_uv + x / 2], v.v[y / 2 * v.stride_uv + x / 2]};
  }
  // Nothing was written beside the rows.
  bool intact() {
    const PictureView v = view();
    const auto beside = [](const std::uint8_t* plane, int width, int height, int stride) {
      for (int row = 0; row < height; ++row) {
        for (int i = width; i < stride; ++i) {
          if (plane[row * stride + i] != kGuard) return false;
        }
      }
      return true;
    };
    return beside(v.y, v.width, v.height, v.stride_y) &&
           beside(v.u, v.chroma_width(), v.chroma_height(), v.stride_uv) &&
           beside(v.v, v.chroma_width(), v.chroma_height(), v.stride_uv);
  }
  bool operator==(const TestPicture& other) const { return memory_ == other.memory_; }

 private:
  static constexpr std::uint8_t kGuard = 0xA5;
  int width_;
  int height_;
  int stride_;
  std::vector<std::uint8_t> memory_;
};

inline bool near(Colour a, Colour b, int tolerance) {
  return std::abs(a.y - b.y) <= tolerance && std::abs(a.u - b.u) <= tolerance &&
         std::abs(a.v - b.v) <= tolerance;
}

inline std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// An image of one colour, whose alpha is given.
inline Image plain_image(int width, int height, int r, int g, int b, int alpha = 255) {
  const auto times_alpha = [&](int c) { return c * alpha / 255.0; };
  return Image{
      cv::Mat(height, width, CV_8UC4, cv::Scalar(times_alpha(r), times_alpha(g), times_alpha(b), alpha))};
}

// Sizes that every filter has to cope with.
inline const std::vector<cv::Size> kOddSizes = {{16, 16}, {17, 17},  {16, 241}, {321, 16},
                                                {33, 64}, {127, 95}, {641, 359}};

}  // namespace kaskado::filters
