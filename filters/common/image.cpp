#include "common/image.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace kaskado::filters {

namespace {

// The picture's value under a pixel whose own part was multiplied by its alpha.
std::uint8_t over(int part, int alpha, std::uint8_t under) {
  return static_cast<std::uint8_t>(std::clamp(part + (under * (255 - alpha) + 127) / 255, 0, 255));
}

// Brightness and colours of BT.601 in limited range, of colours multiplied by alpha.
int luma_of(const int* p) {
  return (66 * p[0] + 129 * p[1] + 25 * p[2] + 128) / 256 + (16 * p[3] + 127) / 255;
}
int blue_of(const int* p) {
  return (-38 * p[0] - 74 * p[1] + 112 * p[2]) / 256 + (128 * p[3] + 127) / 255;
}
int red_of(const int* p) {
  return (112 * p[0] - 94 * p[1] - 18 * p[2]) / 256 + (128 * p[3] + 127) / 255;
}

void blend_luma(cv::Mat plane, const cv::Mat& rgba, int opacity) {
  for (int row = 0; row < rgba.rows; ++row) {
    std::uint8_t* under = plane.ptr(row);
    const std::uint8_t* pixel = rgba.ptr(row);
    for (int column = 0; column < rgba.cols; ++column, pixel += 4, ++under) {
      if (pixel[3] == 0) continue;
      const int part[4] = {pixel[0] * opacity / 256, pixel[1] * opacity / 256, pixel[2] * opacity / 256,
                           pixel[3] * opacity / 256};
      *under = over(luma_of(part), part[3], *under);
    }
  }
}

// The mean of the up to four pixels that share a colour.
void mean(const cv::Mat& rgba, int row, int column, int opacity, int* part) {
  const int rows = std::min(2, rgba.rows - row), columns = std::min(2, rgba.cols - column);
  int sum[4] = {};
  for (int r = 0; r < rows; ++r) {
    const std::uint8_t* pixel = rgba.ptr(row + r) + 4 * column;
    for (int i = 0; i < 4 * columns; ++i) sum[i & 3] += pixel[i];
  }
  for (int i = 0; i < 4; ++i) part[i] = sum[i] * opacity / (256 * rows * columns);
}

void blend_chroma(cv::Mat u, cv::Mat v, const cv::Mat& rgba, int opacity) {
  for (int row = 0; row < rgba.rows; row += 2) {
    std::uint8_t* under_u = u.ptr(row / 2);
    std::uint8_t* under_v = v.ptr(row / 2);
    for (int column = 0; column < rgba.cols; column += 2, ++under_u, ++under_v) {
      int part[4];
      mean(rgba, row, column, opacity, part);
      if (part[3] == 0) continue;
      *under_u = over(blue_of(part), part[3], *under_u);
      *under_v = over(red_of(part), part[3], *under_v);
    }
  }
}

}  // namespace

void blend(const PictureView& picture, const cv::Mat& rgba, cv::Point corner, double opacity) {
  const cv::Point even(corner.x & ~1, corner.y & ~1);
  const cv::Rect visible = cv::Rect(even, rgba.size()) & picture.bounds();
  if (visible.empty()) return;
  const cv::Mat seen = rgba(visible - even);
  const int weight = static_cast<int>(std::lround(std::clamp(opacity, 0.0, 1.0) * 256));
  const cv::Rect chroma(visible.x / 2, visible.y / 2, (visible.width + 1) / 2, (visible.height + 1) / 2);
  blend_luma(picture.luma()(visible), seen, weight);
  blend_chroma(picture.blue_difference()(chroma), picture.red_difference()(chroma), seen, weight);
}

// Only what is seen of the image is scaled, so that an image of a thousand times a face's size costs no more
// than a picture.
void Sprite::prepare(const cv::Rect& place, const cv::Rect& visible) {
  const double across = static_cast<double>(image_.rgba.cols) / place.width;
  const double down = static_cast<double>(image_.rgba.rows) / place.height;
  const int left = static_cast<int>(std::floor((visible.x - place.x) * across));
  const int top = static_cast<int>(std::floor((visible.y - place.y) * down));
  const int right = static_cast<int>(std::ceil((visible.br().x - place.x) * across));
  const int bottom = static_cast<int>(std::ceil((visible.br().y - place.y) * down));
  const cv::Rect source =
      cv::Rect(cv::Point(left, top), cv::Point(right, bottom)) & cv::Rect({}, image_.rgba.size());
  if (source.empty()) {
    scaled_.release();
  } else {
    cv::resize(image_.rgba(source), scaled_, visible.size(), 0, 0,
               across > 1 || down > 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  }
  place_ = place;
  visible_ = visible;
}

void Sprite::draw(const PictureView& picture, const cv::Rect& place, double opacity) {
  if (image_.empty() || place.width < 1 || place.height < 1) return;
  const cv::Rect even(place.x & ~1, place.y & ~1, place.width, place.height);
  const cv::Rect visible = even & picture.bounds();
  if (visible.empty()) return;
  if (even != place_ || visible != visible_) prepare(even, visible);
  if (!scaled_.empty()) blend(picture, scaled_, visible.tl(), opacity);
}

}  // namespace kaskado::filters
