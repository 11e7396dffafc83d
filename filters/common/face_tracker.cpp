#include "common/face_tracker.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <stdexcept>

namespace kaskado::filters {

namespace {

using Time = std::chrono::nanoseconds;

constexpr const char* kFolders[] = {"/usr/share/opencv4/haarcascades",
                                    "/usr/local/share/opencv4/haarcascades",
                                    "/usr/share/opencv/haarcascades"};
constexpr const char* kCascade = "haarcascade_frontalface_default.xml";
constexpr double kScaleStep = 1.2;
constexpr int kNeighbours = 3;
constexpr int kLeastFace = 24;  // in the small picture; the cascade's own size
// How far of the way to where it was found a face glides in one picture.
constexpr double kGlide = 0.5;
// Found and known face are the same where their common part is at least this share of both together.
constexpr double kSameFace = 0.2;

double overlap(const cv::Rect2d& a, const cv::Rect2d& b) {
  const double common = (a & b).area();
  return common / (a.area() + b.area() - common);
}

double part_way(double from, double to) {
  return std::abs(to - from) < 1 ? to : from + (to - from) * kGlide;
}

void glide(cv::Rect2d& from, const cv::Rect2d& to) {
  from = {part_way(from.x, to.x), part_way(from.y, to.y), part_way(from.width, to.width),
          part_way(from.height, to.height)};
}

}  // namespace

FaceTracker::FaceTracker() : cascade_(std::make_unique<cv::CascadeClassifier>()) {
  for (const char* folder : kFolders) {
    const std::filesystem::path path = std::filesystem::path(folder) / kCascade;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored) && cascade_->load(path.string())) return;
  }
  throw std::runtime_error(std::string("the file ") + kCascade +
                           " is missing; it comes with the package opencv-data");
}

FaceTracker::~FaceTracker() = default;
FaceTracker::FaceTracker(FaceTracker&&) noexcept = default;
FaceTracker& FaceTracker::operator=(FaceTracker&&) noexcept = default;

const std::vector<cv::Rect>& FaceTracker::find(const PictureView& picture, Time time) {
  const bool resized = picture.size() != size_;
  if (resized) faces_.clear();
  // A clock that went backwards is no reason to search no more.
  if (resized || !searched_ || time < *searched_ || time - *searched_ >= kSearchInterval)
    search(picture, time);
  std::erase_if(faces_, [&](const Face& face) { return time - face.seen > kRemembered || time < face.seen; });
  places_.clear();
  for (Face& face : faces_) {
    glide(face.shown, face.found);
    places_.emplace_back(cv::Point(cvRound(face.shown.x), cvRound(face.shown.y)),
                         cv::Size(cvRound(face.shown.width), cvRound(face.shown.height)));
  }
  return places_;
}

void FaceTracker::search(const PictureView& picture, Time time) {
  size_ = picture.size();
  searched_ = time;
  const double shrink = std::max(1.0, static_cast<double>(picture.width) / kSearchWidth);
  const cv::Size small(std::max(1, cvRound(picture.width / shrink)),
                       std::clamp(cvRound(picture.height / shrink), 1, 4 * kSearchWidth));
  if (small.width < kLeastFace || small.height < kLeastFace) return;
  cv::resize(picture.luma(), small_, small, 0, 0, cv::INTER_AREA);
  cascade_->detectMultiScale(small_, hits_, kScaleStep, kNeighbours, 0, {kLeastFace, kLeastFace});
  const double across = static_cast<double>(picture.width) / small.width,
               down = static_cast<double>(picture.height) / small.height;
  for (std::size_t i = 0; i < std::min(hits_.size(), kMostFaces); ++i) {
    const cv::Rect& hit = hits_[i];
    note({hit.x * across, hit.y * down, hit.width * across, hit.height * down}, time);
  }
}

void FaceTracker::note(const cv::Rect2d& found, Time time) {
  const auto best =
      std::ranges::max_element(faces_, {}, [&](const Face& face) { return overlap(face.found, found); });
  if (best != faces_.end() && overlap(best->found, found) >= kSameFace) {
    best->found = found;
    best->seen = time;
  } else if (faces_.size() < kMostFaces) {
    faces_.push_back({found, found, time});
  }
}

}  // namespace kaskado::filters
