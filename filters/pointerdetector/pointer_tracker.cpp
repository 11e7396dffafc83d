#include "pointer_tracker.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "common/paint.hpp"

namespace kaskado::filters {

namespace {

// A hand-held object keeps its colour better than a badly lit screen does.
constexpr ColourKey::Tolerance kTolerance{10, 0.5};
// The least part of the picture that a pointer covers.
constexpr double kLeastShare = 0.0005;
constexpr int kLeastSamples = 4;

void check(const cv::Rect& area, const std::string& what, const std::string& x, const std::string& y) {
  if (area.x < 0) throw std::invalid_argument("'" + what + "." + x + "' should not be negative");
  if (area.y < 0) throw std::invalid_argument("'" + what + "." + y + "' should not be negative");
  if (area.width < 1) throw std::invalid_argument("'" + what + ".width' should be at least 1");
  if (area.height < 1) throw std::invalid_argument("'" + what + ".height' should be at least 1");
}

}  // namespace

PointerTracker::PointerTracker(const cv::Rect& calibration_region) : region_(calibration_region) {
  check(region_, "calibrationRegion", "topRightCornerX", "topRightCornerY");
}

void PointerTracker::add_window(Window window) {
  check(window.area, "window", "upperRightX", "upperRightY");
  if (window.id.empty()) throw std::invalid_argument("'window.id' should not be empty");
  if (!(window.opacity >= 0 && window.opacity <= 1))
    throw std::invalid_argument("'window.imageTransparency' should be from 0 to 1");
  remove_window(window.id);
  if (windows_.size() == kMostWindows)
    throw std::invalid_argument("'window' would be one more than the " + std::to_string(kMostWindows) +
                                " that there may be");
  windows_.push_back({std::move(window), false});
}

void PointerTracker::remove_window(const std::string& id) {
  std::erase_if(windows_, [&](const Watched& watched) { return watched.window.id == id; });
}

PointerTracker::Window* PointerTracker::window(const std::string& id) {
  const auto found =
      std::ranges::find(windows_, id, [](const Watched& watched) { return watched.window.id; });
  return found == windows_.end() ? nullptr : &found->window;
}

const std::vector<PointerTracker::Crossing>& PointerTracker::process(const PictureView& picture) {
  crossings_.clear();
  if (learn_next_) {
    ColourSample sample;
    sample.add(picture, region_);
    key_.emplace(sample, kTolerance);
    learn_next_ = false;
  }
  if (key_) find_pointer(picture);
  note_crossings();
  draw(picture);
  return crossings_;
}

// The largest thing of the colour, where it is large enough.
void PointerTracker::find_pointer(const PictureView& picture) {
  key_->match(picture, match_);
  cv::threshold(match_, match_, 127, 255, cv::THRESH_BINARY);
  cv::morphologyEx(match_, solid_, cv::MORPH_OPEN, cv::Mat());
  const int count = cv::connectedComponentsWithStats(solid_, labels_, statistics_, centres_, 8, CV_32S);
  int largest = 0,
      most = std::max(kLeastSamples,
                      static_cast<int>(std::lround(kLeastShare * static_cast<double>(solid_.total()))));
  for (int i = 1; i < count; ++i) {
    const int area = statistics_.at<int>(i, cv::CC_STAT_AREA);
    if (area >= most) largest = i, most = area;
  }
  if (largest == 0) {
    pointer_.reset();
    return;
  }
  pointer_ = cv::Point(static_cast<int>(std::lround(centres_.at<double>(largest, 0) * 2 + 0.5)),
                       static_cast<int>(std::lround(centres_.at<double>(largest, 1) * 2 + 0.5)));
}

void PointerTracker::note_crossings() {
  pictures_unseen_ = pointer_ ? 0 : std::min(pictures_unseen_ + 1, kPicturesUntilGone);
  if (!pointer_ && pictures_unseen_ < kPicturesUntilGone) return;
  for (Watched& watched : windows_) {
    const bool inside = pointer_ && watched.window.area.contains(*pointer_);
    if (inside == watched.inside) continue;
    watched.inside = inside;
    crossings_.push_back({watched.window.id, inside});
  }
}

void PointerTracker::draw(const PictureView& picture) {
  for (Watched& watched : windows_) {
    Window& window = watched.window;
    Sprite& image = watched.inside && !window.active_image.empty() ? window.active_image : window.image;
    if (image.empty()) {
      outline(picture, window.area, 2, watched.inside ? kGreen : kWhite);
    } else {
      image.draw(picture, window.area, window.opacity);
    }
  }
  if (!key_) outline(picture, clip(region_, picture), 2, kWhite);
  if (pointer_) disc(picture, *pointer_, std::max(2, picture.width / 100), kRed);
}

}  // namespace kaskado::filters
