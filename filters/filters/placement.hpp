// Where an image goes, in shares of what it is laid over.
#pragma once

#include <opencv2/core.hpp>
#include <string>

namespace kaskado::filters {

// Clients call them percents; 1 is the whole.
struct Placement {
  double offset_x = 0;
  double offset_y = 0;
  double width = 1;
  double height = 1;

  static constexpr double kMostOffset = 100;
  static constexpr double kMostSize = 100;
};

// Throws std::invalid_argument, which names the parameter, where a number is out of range.
void check(const Placement& placement);

// Relative to a part of the picture, such as a face: offsets count from its left upper corner, down and to
// the right.
cv::Rect place(const Placement& placement, const cv::Rect& on);

// The largest place of the image's proportions within `area`, in its left upper corner or its middle.
cv::Rect fit(cv::Size image, const cv::Rect& area, bool centred);

}  // namespace kaskado::filters
