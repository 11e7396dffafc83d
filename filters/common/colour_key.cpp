#include "common/colour_key.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kaskado::filters {

namespace {

// Nearer to the middle than this, a colour has no hue to speak of.
constexpr double kLeastColourful = 14;
// What is darker than this has none either, whatever its U and V say.
constexpr int kDarkest = 28;
constexpr double kGreyRadius = 10;
constexpr double kSoftDegrees = 6;
constexpr int kLumaMargin = 20;
// The share of odd ones out at each end of what was seen.
constexpr double kOutliers = 0.02;

std::uint8_t share(double from_zero, double to_one, double x) {
  return static_cast<std::uint8_t>(
      std::lround(255 * std::clamp((x - from_zero) / (to_one - from_zero), 0.0, 1.0)));
}

double degrees_between(double u, double v, double of_u, double of_v) {
  const double cosine = (u * of_u + v * of_v) / (std::hypot(u, v) * std::hypot(of_u, of_v));
  return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / std::numbers::pi;
}

}  // namespace

cv::Rect clip(const cv::Rect& area, const PictureView& picture) {
  // Sides as 64 bits, for clients may name any number.
  const auto right = std::int64_t{area.x} + std::max(area.width, 1),
             bottom = std::int64_t{area.y} + std::max(area.height, 1);
  const int left = std::clamp(area.x, 0, picture.width - 1), top = std::clamp(area.y, 0, picture.height - 1);
  return {cv::Point(left, top),
          cv::Point(static_cast<int>(std::clamp<std::int64_t>(right, left + 1, picture.width)),
                    static_cast<int>(std::clamp<std::int64_t>(bottom, top + 1, picture.height)))};
}

void ColourSample::add(const PictureView& picture, const cv::Rect& area) {
  const cv::Rect seen = clip(area, picture);
  for (int row = seen.y / 2; row <= (seen.br().y - 1) / 2; ++row) {
    const std::uint8_t* u = picture.u + std::ptrdiff_t{row} * picture.stride_uv;
    const std::uint8_t* v = picture.v + std::ptrdiff_t{row} * picture.stride_uv;
    const std::uint8_t* y = picture.y + std::ptrdiff_t{2} * row * picture.stride_y;
    for (int column = seen.x / 2; column <= (seen.br().x - 1) / 2; ++column) {
      ++chroma_[static_cast<std::size_t>(u[column] / 4 * kCells + v[column] / 4)];
      ++luma_[y[2 * column]];
      ++total_;
    }
  }
}

ColourKey::ColourKey(const ColourSample& sample, const Tolerance& tolerance) : table_(256 * 256) {
  if (sample.empty()) return;
  double sum_u = 0, sum_v = 0;
  const auto each_cell = [&](auto&& take) {
    for (int i = 0; i < ColourSample::kCells * ColourSample::kCells; ++i) {
      const auto count = sample.chroma_[static_cast<std::size_t>(i)];
      if (count)
        take(i / ColourSample::kCells * 4 + 1.5 - 128, i % ColourSample::kCells * 4 + 1.5 - 128, count);
    }
  };
  each_cell([&](double u, double v, double count) { sum_u += u * count, sum_v += v * count; });
  const double total = static_cast<double>(sample.total_);
  const double u = sum_u / total, v = sum_v / total;
  if (std::hypot(u, v) < kLeastColourful) {
    learn_grey(u, v, sample);
    return;
  }
  double squares = 0;
  each_cell([&](double cell_u, double cell_v, double count) {
    const double degrees = degrees_between(cell_u, cell_v, u, v);
    squares += degrees * degrees * count;
  });
  learn_hue(u, v, std::min(2 * std::sqrt(squares / total), 30.0), tolerance);
}

void ColourKey::learn_hue(double u, double v, double spread, const Tolerance& tolerance) {
  darkest_ = kDarkest;
  const double least = std::max(kLeastColourful, std::hypot(u, v) * tolerance.least_share);
  const double most_degrees = tolerance.degrees + spread;
  for (int i = 0; i < 256 * 256; ++i) {
    const double this_u = i / 256 - 128, this_v = i % 256 - 128;
    const double colourful = std::hypot(this_u, this_v);
    if (colourful < least * 0.75) continue;
    const double degrees = degrees_between(this_u, this_v, u, v);
    table_[static_cast<std::size_t>(i)] = std::min(share(least * 0.75, least, colourful),
                                                   share(most_degrees + kSoftDegrees, most_degrees, degrees));
  }
}

void ColourKey::learn_grey(double u, double v, const ColourSample& sample) {
  for (int i = 0; i < 256 * 256; ++i) {
    const double distance = std::hypot(i / 256 - 128 - u, i % 256 - 128 - v);
    table_[static_cast<std::size_t>(i)] = share(kGreyRadius + 4, kGreyRadius, distance);
  }
  const auto odd = static_cast<std::uint64_t>(static_cast<double>(sample.total_) * kOutliers);
  std::uint64_t below = 0, above = 0;
  darkest_ = 0, brightest_ = 255;
  while (darkest_ < 255 && (below += sample.luma_[static_cast<std::size_t>(darkest_)]) <= odd) ++darkest_;
  while (brightest_ > 0 && (above += sample.luma_[static_cast<std::size_t>(brightest_)]) <= odd) --brightest_;
  darkest_ -= kLumaMargin, brightest_ += kLumaMargin;
}

void ColourKey::match(const PictureView& picture, cv::Mat& mask) const {
  mask.create(picture.chroma_height(), picture.chroma_width(), CV_8UC1);
  for (int row = 0; row < mask.rows; ++row) {
    const std::uint8_t* u = picture.u + std::ptrdiff_t{row} * picture.stride_uv;
    const std::uint8_t* v = picture.v + std::ptrdiff_t{row} * picture.stride_uv;
    const std::uint8_t* y = picture.y + std::ptrdiff_t{2} * row * picture.stride_y;
    std::uint8_t* match = mask.ptr(row);
    for (int column = 0; column < mask.cols; ++column) {
      const int luma = y[2 * column];
      match[column] = luma >= darkest_ && luma <= brightest_
                          ? table_[static_cast<std::size_t>(u[column] * 256 + v[column])]
                          : std::uint8_t{0};
    }
  }
}

}  // namespace kaskado::filters
