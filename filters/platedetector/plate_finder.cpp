#include "plate_finder.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

namespace kaskado::filters {

namespace {

// From those of motorcycles, nearly, to the longest of Europe with a margin.
constexpr double kLeastAspect = 1.8;
constexpr double kMostAspect = 9;
constexpr int kLeastHeight = 8;
constexpr int kMostCandidates = 400;
// What part of a plate's rectangle its strokes fill once they were joined.
constexpr double kLeastFilled = 0.45;

cv::Mat rectangle(int width, int height) { return cv::getStructuringElement(cv::MORPH_RECT, {width, height}); }

}  // namespace

void PlateFinder::set_width_share(double share) {
  if (!(share > 0 && share <= 1)) throw std::invalid_argument("'plateWidthPercentage' should be more than 0 and at most 1, where 1 is the picture's width");
  least_share_ = share / 2;
  most_share_ = std::min(share * 2, 1.0);
}

bool PlateFinder::is_plate_shaped(const cv::Rect& r, cv::Size picture) const {
  const double aspect = static_cast<double>(r.width) / r.height;
  return r.height >= kLeastHeight && aspect >= kLeastAspect && aspect <= kMostAspect && r.width >= least_share_ * picture.width &&
         r.width <= most_share_ * picture.width;
}

const std::vector<cv::Rect>& PlateFinder::find(const PictureView& picture) {
  plates_.clear();
  const double shrink = std::max(1.0, static_cast<double>(picture.width) / kSearchWidth);
  const cv::Size size(std::max(1, cvRound(picture.width / shrink)), std::clamp(cvRound(picture.height / shrink), 1, 2 * kSearchWidth));
  cv::resize(picture.luma(), small_, size, 0, 0, cv::INTER_AREA);
  // Dark strokes on bright ground, then where brightness changes from left to right, then those joined into one.
  cv::morphologyEx(small_, strokes_, cv::MORPH_BLACKHAT, rectangle(15, 7));
  cv::Sobel(strokes_, edges_, CV_8U, 1, 0, 3);
  cv::GaussianBlur(edges_, edges_, {5, 3}, 0);
  cv::threshold(edges_, solid_, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
  cv::morphologyEx(solid_, solid_, cv::MORPH_CLOSE, rectangle(21, 5));
  cv::morphologyEx(solid_, solid_, cv::MORPH_OPEN, rectangle(5, 5));
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(solid_, contours, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_SIMPLE);
  if (contours.size() > kMostCandidates) contours.resize(kMostCandidates);
  std::vector<std::pair<double, cv::Rect>> found;
  for (const std::vector<cv::Point>& contour : contours) {
    const cv::Rect box = cv::boundingRect(contour);
    const double filled = static_cast<double>(cv::countNonZero(solid_(box))) / box.area();
    if (is_plate_shaped(box, size) && filled >= kLeastFilled) found.emplace_back(filled * box.area(), box);
  }
  std::ranges::sort(found, std::ranges::greater(), &std::pair<double, cv::Rect>::first);
  for (std::size_t i = 0; i < std::min(found.size(), kMostPlates); ++i) {
    const cv::Rect& box = found[i].second;
    const int margin = box.height / 4;
    const cv::Rect wide(cvRound((box.x - margin) * shrink), cvRound((box.y - margin) * shrink),
                        cvRound((box.width + 2 * margin) * shrink), cvRound((box.height + 2 * margin) * shrink));
    plates_.push_back(wide & picture.bounds());
  }
  return plates_;
}

}  // namespace kaskado::filters
