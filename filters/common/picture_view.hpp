// What the filters' algorithms work on: the three planes of an I420 picture that somebody else owns (8 bits,
// BT.601 limited range; U and V have half the width and height, rounded up). Any size from 1 by 1.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

namespace kaskado::filters {

struct PictureView {
  std::uint8_t* y = nullptr;
  std::uint8_t* u = nullptr;
  std::uint8_t* v = nullptr;
  int width = 0;
  int height = 0;
  int stride_y = 0;
  int stride_uv = 0;

  int chroma_width() const { return (width + 1) / 2; }
  int chroma_height() const { return (height + 1) / 2; }
  cv::Size size() const { return {width, height}; }
  cv::Rect bounds() const { return {0, 0, width, height}; }

  // The planes as matrices of one channel; they share the view's memory. Brightness alone is the picture in
  // grey.
  cv::Mat luma() const { return plane(y, width, height, stride_y); }
  cv::Mat blue_difference() const { return plane(u, chroma_width(), chroma_height(), stride_uv); }
  cv::Mat red_difference() const { return plane(v, chroma_width(), chroma_height(), stride_uv); }

 private:
  static cv::Mat plane(std::uint8_t* data, int width, int height, int stride) {
    return cv::Mat(height, width, CV_8UC1, data, static_cast<std::size_t>(stride));
  }
};

// A colour in the picture's own terms.
struct Colour {
  std::uint8_t y = 16;
  std::uint8_t u = 128;
  std::uint8_t v = 128;

  static constexpr Colour from_rgb(int r, int g, int b) {
    return {static_cast<std::uint8_t>(16 + (66 * r + 129 * g + 25 * b + 128) / 256),
            static_cast<std::uint8_t>(128 + (-38 * r - 74 * g + 112 * b) / 256),
            static_cast<std::uint8_t>(128 + (112 * r - 94 * g - 18 * b) / 256)};
  }
};

inline constexpr Colour kBlack = Colour::from_rgb(0, 0, 0);
inline constexpr Colour kWhite = Colour::from_rgb(255, 255, 255);
inline constexpr Colour kGreen = Colour::from_rgb(0, 255, 0);
inline constexpr Colour kRed = Colour::from_rgb(255, 0, 0);
inline constexpr Colour kBlue = Colour::from_rgb(0, 0, 255);

}  // namespace kaskado::filters
