// An image that a client named, as it came over the net, and as it is laid over pictures.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "common/picture_view.hpp"

namespace kaskado::filters {

// RGBA, 8 bits each, colours multiplied by alpha: so it may be scaled and blended without seams.
struct Image {
  cv::Mat rgba;

  bool empty() const { return rgba.empty(); }
};

// Width times height that is decoded at the most; larger ones are refused before anything is decoded.
inline constexpr std::int64_t kMostImagePixels = 16 * 1024 * 1024;

// Reads PNG, JPEG or WebP, told apart by their first bytes. Nothing: `problem` is a sentence that says why.
std::optional<Image> decode_image(std::span<const std::uint8_t> bytes, std::string& problem);

// The image, laid over a picture wherever it is wanted: scaled once for as long as place and picture stay the
// same.
class Sprite {
 public:
  Sprite() = default;
  explicit Sprite(Image image) : image_(std::move(image)) {}

  bool empty() const { return image_.empty(); }
  cv::Size size() const { return image_.rgba.size(); }

  // Fills `place`, which may lie partly or wholly outside of the picture, and works no more than the picture
  // has pixels. `opacity` from 0 (nothing is seen) to 1.
  void draw(const PictureView& picture, const cv::Rect& place, double opacity = 1);

 private:
  void prepare(const cv::Rect& place, const cv::Rect& visible);

  Image image_;
  cv::Rect place_;
  cv::Rect visible_;
  cv::Mat scaled_;
};

// Lays `rgba` (colours multiplied by alpha) over the picture with its left upper corner at `corner`, clipped.
// Corners are rounded down to even coordinates, where colours begin.
void blend(const PictureView& picture, const cv::Mat& rgba, cv::Point corner, double opacity = 1);

}  // namespace kaskado::filters
