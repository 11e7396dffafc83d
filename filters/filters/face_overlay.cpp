#include "face_overlay.hpp"

namespace kaskado::filters {

void FaceOverlay::set_image(Image image, const Placement& placement) {
  check(placement);
  placement_ = placement;
  sprites_.assign(FaceTracker::kMostFaces, Sprite(std::move(image)));
}

bool FaceOverlay::find(const PictureView& picture, std::chrono::nanoseconds time) {
  faces_.clear();
  if (!sprites_.empty()) faces_ = tracker_.find(picture, time);
  return !faces_.empty();
}

void FaceOverlay::draw(const PictureView& picture) {
  for (std::size_t i = 0; i < faces_.size(); ++i) sprites_[i].draw(picture, place(placement_, faces_[i]));
}

}  // namespace kaskado::filters
