// An image over every face.
#pragma once

#include <chrono>
#include <vector>

#include "common/face_tracker.hpp"
#include "common/image.hpp"
#include "placement.hpp"

namespace kaskado::filters {

class FaceOverlay {
 public:
  // The placement is relative to the face's rectangle. Throws std::invalid_argument where it is none. What
  // was shown before is shown until the image comes.
  void set_image(Image image, const Placement& placement);
  void unset_image() { sprites_.clear(); }

  // Whether there is something to draw on this picture; without an image, faces are not looked for.
  bool find(const PictureView& picture, std::chrono::nanoseconds time);
  // On the faces found last.
  void draw(const PictureView& picture);

 private:
  FaceTracker tracker_;
  Placement placement_;
  std::vector<Sprite> sprites_;  // one a face, for each has a size of its own
  std::vector<cv::Rect> faces_;
};

}  // namespace kaskado::filters
