// Finds faces that look into the camera, and follows them from picture to picture.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/picture_view.hpp"

namespace cv {
class CascadeClassifier;
}

namespace kaskado::filters {

class FaceTracker {
 public:
  static constexpr std::size_t kMostFaces = 16;
  // Pictures are searched at this width at the most, and this often at the most; in between faces glide to
  // where they were found last.
  static constexpr int kSearchWidth = 320;
  static constexpr std::chrono::milliseconds kSearchInterval{100};
  // For so long a face stays where it was last seen.
  static constexpr std::chrono::milliseconds kRemembered{500};

  // Loads OpenCV's frontal-face cascade. Throws std::runtime_error, which names the package, where there is
  // none.
  FaceTracker();
  ~FaceTracker();
  FaceTracker(FaceTracker&&) noexcept;
  FaceTracker& operator=(FaceTracker&&) noexcept;

  // Where the faces are in this picture, in pixels; those parts may lie outside. Holds until the next call.
  const std::vector<cv::Rect>& find(const PictureView& picture, std::chrono::nanoseconds time);

 private:
  struct Face {
    cv::Rect2d shown;
    cv::Rect2d found;
    std::chrono::nanoseconds seen{};
  };

  void search(const PictureView& picture, std::chrono::nanoseconds time);
  void note(const cv::Rect2d& found, std::chrono::nanoseconds time);

  std::unique_ptr<cv::CascadeClassifier> cascade_;
  std::optional<std::chrono::nanoseconds> searched_;
  cv::Size size_;
  std::vector<Face> faces_;
  std::vector<cv::Rect> places_;
  std::vector<cv::Rect> hits_;
  cv::Mat small_;
};

}  // namespace kaskado::filters
