#include "crowd_meter.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>
#include <stdexcept>

namespace kaskado::filters {

namespace {

// Steps of brightness by which something differs from what is behind it.
constexpr double kForeground = 22;
// How much of a picture goes into what is learnt of the empty one: where nothing is, and where something is.
constexpr double kLearn = 0.03;
constexpr double kLearnBehind = 0.0005;
// In the picture as it is measured: movement of less is trembling, of more is a mistake.
constexpr double kLeastMovement = 0.5;
constexpr double kMostMovement = 40;
constexpr int kLeastSteps = 3;

}  // namespace

CrowdMeter::CrowdMeter(std::vector<CrowdRegion> regions) {
  check(regions);
  for (CrowdRegion& region : regions) {
    areas_.push_back({region,
                      LevelWatch(region.occupancy),
                      LevelWatch(region.fluidity),
                      DirectionWatch(region.direction),
                      {},
                      0});
  }
}

void CrowdMeter::set_width(int width) {
  if (width < kLeastWidth || width > kMostWidth)
    throw std::invalid_argument("'processingWidth' should be from 16 to 1920");
  width_ = width;
}

const std::vector<CrowdMeter::Event>& CrowdMeter::process(const PictureView& picture) {
  events_.clear();
  if (areas_.empty()) return events_;
  const double shrink = std::max(1.0, static_cast<double>(picture.width) / width_);
  const cv::Size size(std::max(1, cvRound(picture.width / shrink)),
                      std::clamp(cvRound(picture.height / shrink), 1, 2 * kMostWidth));
  cv::resize(picture.luma(), grey_, size, 0, 0, cv::INTER_AREA);
  cv::GaussianBlur(grey_, smooth_, {5, 5}, 0);
  if (before_.size() != size) {
    begin(size);
  } else {
    find_foreground();
    follow_features();
    for (Area& area : areas_) measure(area);
  }
  cv::swap(grey_, before_);
  return events_;
}

void CrowdMeter::begin(cv::Size size) {
  smooth_.convertTo(background_, CV_32F);
  all_areas_ = cv::Mat::zeros(size, CV_8UC1);
  for (Area& area : areas_) {
    std::vector<cv::Point> polygon;
    for (const cv::Point2f& point : area.region.points) {
      polygon.emplace_back(cvRound(point.x * static_cast<float>(size.width - 1)),
                           cvRound(point.y * static_cast<float>(size.height - 1)));
    }
    area.mask = cv::Mat::zeros(size, CV_8UC1);
    cv::fillPoly(area.mask, std::vector<std::vector<cv::Point>>{polygon}, cv::Scalar(255));
    area.pixels = std::max(1, cv::countNonZero(area.mask));
    all_areas_ |= area.mask;
  }
}

void CrowdMeter::find_foreground() {
  background_.convertTo(background_grey_, CV_8U);
  cv::absdiff(smooth_, background_grey_, difference_);
  cv::threshold(difference_, foreground_, kForeground, 255, cv::THRESH_BINARY);
  cv::morphologyEx(foreground_, foreground_, cv::MORPH_CLOSE, cv::Mat(), {-1, -1}, 2);
  cv::bitwise_not(foreground_, still_);
  cv::accumulateWeighted(smooth_, background_, kLearn, still_);
  cv::accumulateWeighted(smooth_, background_, kLearnBehind, foreground_);
}

void CrowdMeter::follow_features() {
  steps_.clear();
  // Where something was in the picture before is not known any more; what stands where something is now is
  // good enough.
  cv::bitwise_and(foreground_, all_areas_, searched_);
  if (cv::countNonZero(searched_) == 0 || std::min(grey_.cols, grey_.rows) < 16) return;
  cv::goodFeaturesToTrack(grey_, features_, kMostFeatures, 0.02, 3, searched_, 5);
  if (features_.empty()) return;
  // Backwards in time, so that the points found in this picture are those followed.
  cv::calcOpticalFlowPyrLK(grey_, before_, features_, moved_, followed_, errors_, {11, 11}, 3,
                           cv::TermCriteria(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 20, 0.03));
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const cv::Point2f movement = features_[i] - moved_[i];
    if (followed_[i] && std::hypot(movement.x, movement.y) < kMostMovement)
      steps_.push_back({features_[i], movement});
  }
}

void CrowdMeter::measure(Area& area) {
  cv::bitwise_and(foreground_, area.mask, searched_);
  const double occupancy = 100.0 * cv::countNonZero(searched_) / area.pixels;
  int all = 0, moving = 0;
  cv::Point2d movement;
  for (const Step& step : steps_) {
    if (area.mask.at<std::uint8_t>(cv::Point(cvRound(step.from.x), cvRound(step.from.y))) == 0) continue;
    ++all;
    if (std::hypot(step.movement.x, step.movement.y) < kLeastMovement) continue;
    ++moving;
    movement += cv::Point2d(step.movement);
  }
  const double fluidity = all >= kLeastSteps ? 100.0 * moving / all : 0;
  const std::string& id = area.region.id;
  if (area.occupancy.note(occupancy)) events_.push_back(Occupancy{id, occupancy, area.occupancy.level()});
  if (area.fluidity.note(fluidity)) events_.push_back(Fluidity{id, fluidity, area.fluidity.level()});
  if (!area.region.direction.wanted) return;
  std::optional<cv::Point2d> mean;
  if (moving >= kLeastSteps && std::hypot(movement.x, movement.y) >= kLeastMovement * moving)
    mean = movement / moving;
  if (const auto way = area.direction.note(mean)) events_.push_back(Direction{id, *way});
}

}  // namespace kaskado::filters
