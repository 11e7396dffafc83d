#include "marker_finder.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/aruco.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "common/paint.hpp"

namespace kaskado::filters {

namespace {

constexpr int kLeastSide = 24;  // of a picture that a marker can be in

cv::Point2f middle(const std::array<cv::Point2f, 4>& corners) {
  return (corners[0] + corners[1] + corners[2] + corners[3]) / 4;
}

std::vector<cv::Point> polygon(const std::array<cv::Point2f, 4>& corners) {
  return {corners.begin(), corners.end()};
}

}  // namespace

struct MarkerFinder::Detector {
  cv::Ptr<cv::aruco::Dictionary> dictionary = cv::aruco::getPredefinedDictionary(cv::aruco::DICT_5X5_250);
  cv::Ptr<cv::aruco::DetectorParameters> parameters = cv::aruco::DetectorParameters::create();
  std::vector<std::vector<cv::Point2f>> corners, rejected;
  std::vector<int> ids;
};

MarkerFinder::MarkerFinder() : detector_(std::make_unique<Detector>()) {}
MarkerFinder::~MarkerFinder() = default;

void MarkerFinder::set_scale(double scale) {
  if (!(scale > 0 && scale <= kMostScale))
    throw std::invalid_argument("'overlayScale' should be more than 0 and at most 20");
  scale_ = scale;
}

void MarkerFinder::find(const PictureView& picture) {
  find_markers(picture);
  note_counts();
}

bool MarkerFinder::has_to_draw() const {
  const bool on_markers = !image_.empty() || !text_.empty() || debug_level_ >= 1;
  return (on_markers && !markers_.empty()) || (debug_level_ >= 2 && !rejected_.empty());
}

void MarkerFinder::find_markers(const PictureView& picture) {
  markers_.clear();
  rejected_.clear();
  if (std::min(picture.width, picture.height) < kLeastSide) return;
  const float shrink =
      std::max(1.0F, static_cast<float>(std::max(picture.width, picture.height)) / kSearchWidth);
  if (shrink > 1) {
    cv::resize(picture.luma(), small_, {}, 1 / shrink, 1 / shrink, cv::INTER_AREA);
  } else {
    small_ = picture.luma();
  }
  Detector& detector = *detector_;
  cv::aruco::detectMarkers(small_, detector.dictionary, detector.corners, detector.ids, detector.parameters,
                           detector.rejected);
  small_.release();  // where it was the picture's own memory
  const auto take = [&](const std::vector<cv::Point2f>& corners) {
    Corners taken;
    for (std::size_t i = 0; i < 4; ++i) taken[i] = corners[i] * shrink;
    return taken;
  };
  for (std::size_t i = 0; i < std::min(detector.ids.size(), kMostMarkers); ++i)
    markers_.push_back({detector.ids[i], take(detector.corners[i])});
  for (std::size_t i = 0; i < std::min(detector.rejected.size(), kMostMarkers); ++i)
    rejected_.push_back(take(detector.rejected[i]));
}

// More are told at once; fewer once that has lasted, for a marker that is only blurred would come and go.
void MarkerFinder::note_counts() {
  changes_.clear();
  std::map<int, int> now;
  for (const Marker& marker : markers_) ++now[marker.id];
  for (const auto& [id, count] : now) counts_.try_emplace(id);
  for (auto known = counts_.begin(); known != counts_.end();) {
    auto& [id, count] = *known;
    const auto found = now.find(id);
    const int seen = found == now.end() ? 0 : found->second;
    count.lower_for = seen < count.told ? count.lower_for + 1 : 0;
    if (seen > count.told || count.lower_for == kPicturesUntilGone) {
      changes_.push_back({id, seen, seen - count.told});
      count = {seen, 0};
    }
    known = count.told == 0 ? counts_.erase(known) : std::next(known);
  }
}

void MarkerFinder::draw(const PictureView& picture) {
  for (const Marker& marker : markers_) {
    if (!image_.empty()) lay_image(picture, marker);
    if (!text_.empty()) lay_text(picture, marker);
    if (debug_level_ < 1) continue;
    outline(picture, polygon(marker.corners), 2, kGreen);
    write(picture, std::to_string(marker.id), marker.corners[0], std::max(8, picture.height / 30));
  }
  if (debug_level_ < 2) return;
  for (const Corners& corners : rejected_) outline(picture, polygon(corners), 2, kRed);
}

// In the marker's perspective. No more than the picture's own pixels are worked out.
void MarkerFinder::lay_image(const PictureView& picture, const Marker& marker) {
  const cv::Point2f centre = middle(marker.corners);
  Corners target;
  for (std::size_t i = 0; i < 4; ++i)
    target[i] = centre + (marker.corners[i] - centre) * static_cast<float>(scale_);
  const cv::Rect all = cv::boundingRect(std::vector<cv::Point2f>(target.begin(), target.end()));
  const cv::Rect even(cv::Point(all.x & ~1, all.y & ~1), all.br());
  const cv::Rect visible = even & picture.bounds();
  if (visible.empty()) return;
  const auto width = static_cast<float>(image_.rgba.cols), height = static_cast<float>(image_.rgba.rows);
  const Corners source = {cv::Point2f(0, 0), cv::Point2f(width, 0), cv::Point2f(width, height),
                          cv::Point2f(0, height)};
  for (cv::Point2f& corner : target) corner -= cv::Point2f(visible.tl());
  const cv::Mat way = cv::getPerspectiveTransform(source.data(), target.data());
  cv::warpPerspective(image_.rgba, warped_, way, visible.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  outside_.create(visible.size(), CV_8UC1);
  outside_.setTo(255);
  cv::fillConvexPoly(outside_, polygon(target), cv::Scalar(0));
  warped_.setTo(cv::Scalar::all(0), outside_);
  blend(picture, warped_, visible.tl());
}

void MarkerFinder::lay_text(const PictureView& picture, const Marker& marker) const {
  const double side = cv::norm(marker.corners[1] - marker.corners[0]);
  const int height = std::clamp(cvRound(side * scale_ / 4), 8, std::max(8, picture.height / 4));
  const cv::Point2f centre = middle(marker.corners);
  const int left =
      cvRound(centre.x) - static_cast<int>(std::min(text_.size(), kMostLetters)) * height * 2 / 5;
  write(picture, text_, {left, cvRound(centre.y) + height / 2}, height);
}

}  // namespace kaskado::filters
