#include "placement.hpp"

#include <algorithm>
#include <stdexcept>

namespace kaskado::filters {

namespace {

void check(double value, double least, double most, const std::string& name) {
  if (value >= least && value <= most) return;
  throw std::invalid_argument("'" + name + "' should be from " + std::to_string(static_cast<int>(least)) +
                              " to " + std::to_string(static_cast<int>(most)) + ", where 1 is the whole");
}

}  // namespace

void check(const Placement& placement) {
  check(placement.offset_x, -Placement::kMostOffset, Placement::kMostOffset, "offsetXPercent");
  check(placement.offset_y, -Placement::kMostOffset, Placement::kMostOffset, "offsetYPercent");
  check(placement.width, 0, Placement::kMostSize, "widthPercent");
  check(placement.height, 0, Placement::kMostSize, "heightPercent");
}

cv::Rect place(const Placement& placement, const cv::Rect& on) {
  return {on.x + cvRound(on.width * placement.offset_x), on.y + cvRound(on.height * placement.offset_y),
          cvRound(on.width * placement.width), cvRound(on.height * placement.height)};
}

cv::Rect fit(cv::Size image, const cv::Rect& area, bool centred) {
  if (image.empty() || area.empty()) return {};
  const double scale = std::min(static_cast<double>(area.width) / image.width,
                                static_cast<double>(area.height) / image.height);
  const cv::Size size(std::max(1, cvRound(image.width * scale)), std::max(1, cvRound(image.height * scale)));
  const cv::Point corner =
      centred ? area.tl() + cv::Point((area.width - size.width) / 2, (area.height - size.height) / 2)
              : area.tl();
  return {corner, size};
}

}  // namespace kaskado::filters
