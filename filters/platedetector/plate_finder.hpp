// Finds what has the shape of a number plate: an upright, flat rectangle full of dark and bright strokes.
#pragma once

#include <vector>

#include "common/picture_view.hpp"

namespace kaskado::filters {

class PlateFinder {
 public:
  static constexpr int kSearchWidth = 640;
  static constexpr std::size_t kMostPlates = 4;

  // How wide plates are, as a share of the picture's width: those of half to twice of it are found. Throws
  // std::invalid_argument where it is none. Before the first call plates of any usual width are.
  void set_width_share(double share);

  // The likeliest first, in pixels, within the picture. Holds until the next call.
  const std::vector<cv::Rect>& find(const PictureView& picture);

 private:
  bool is_plate_shaped(const cv::Rect& rectangle, cv::Size picture) const;

  double least_share_ = 0.08;
  double most_share_ = 0.9;
  std::vector<cv::Rect> plates_;
  cv::Mat small_, strokes_, edges_, solid_;
};

}  // namespace kaskado::filters
