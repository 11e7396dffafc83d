#include "chroma_key.hpp"

#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "common/paint.hpp"

namespace kaskado::filters {

namespace {

cv::Rect checked(const cv::Rect& window) {
  if (window.x < 0) throw std::invalid_argument("'window.topRightCornerX' should not be negative");
  if (window.y < 0) throw std::invalid_argument("'window.topRightCornerY' should not be negative");
  if (window.width < 1) throw std::invalid_argument("'window.width' should be at least 1");
  if (window.height < 1) throw std::invalid_argument("'window.height' should be at least 1");
  return window;
}

void mix(cv::Mat front, const cv::Mat& behind, const cv::Mat& share_of_behind) {
  for (int row = 0; row < front.rows; ++row) {
    std::uint8_t* value = front.ptr(row);
    const std::uint8_t* other = behind.ptr(row);
    const std::uint8_t* share = share_of_behind.ptr(row);
    for (int i = 0; i < front.cols; ++i) {
      value[i] = static_cast<std::uint8_t>((value[i] * (255 - share[i]) + other[i] * share[i] + 127) / 255);
    }
  }
}

}  // namespace

ChromaKey::ChromaKey(const cv::Rect& window) : window_(checked(window)) {}

void ChromaKey::process(const PictureView& picture) {
  if (key_) return replace(picture);
  calibrate(picture);
  outline(picture, clip(window_, picture), 2, kBlue);
}

void ChromaKey::calibrate(const PictureView& picture) {
  sample_.add(picture, window_);
  if (++pictures_seen_ < kCalibrationPictures) return;
  key_.emplace(sample_, ColourKey::Tolerance{});
  sample_.clear();
}

void ChromaKey::draw_background(cv::Size size) {
  const cv::Size chroma((size.width + 1) / 2, (size.height + 1) / 2);
  behind_[0].create(size, CV_8UC1);
  behind_[1].create(chroma, CV_8UC1);
  behind_[2].create(chroma, CV_8UC1);
  const PictureView behind{behind_[0].data,
                           behind_[1].data,
                           behind_[2].data,
                           size.width,
                           size.height,
                           static_cast<int>(behind_[0].step),
                           static_cast<int>(behind_[1].step)};
  fill(behind, behind.bounds(), kBlack);
  background_.draw(behind, behind.bounds());
}

void ChromaKey::replace(const PictureView& picture) {
  key_->match(picture, match_);
  // Without the specks that noise makes.
  cv::medianBlur(match_, smooth_match_, 3);
  cv::resize(smooth_match_, match_luma_, {picture.chroma_width() * 2, picture.chroma_height() * 2}, 0, 0,
             cv::INTER_LINEAR);
  draw_background(picture.size());
  mix(picture.luma(), behind_[0], match_luma_);
  mix(picture.blue_difference(), behind_[1], smooth_match_);
  mix(picture.red_difference(), behind_[2], smooth_match_);
}

}  // namespace kaskado::filters
