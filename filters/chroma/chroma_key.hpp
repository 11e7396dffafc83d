// Puts another picture, or black, where a screen of one colour is seen.
#pragma once

#include <optional>

#include "common/colour_key.hpp"
#include "common/image.hpp"

namespace kaskado::filters {

class ChromaKey {
 public:
  // Pictures in which the colour is learnt; the window is outlined meanwhile and nothing is replaced.
  static constexpr int kCalibrationPictures = 60;

  // The window, in pixels, is where nothing but the screen is seen. Throws std::invalid_argument where it is
  // none.
  explicit ChromaKey(const cv::Rect& window);

  // Empty: black.
  void set_background(Sprite background) { background_ = std::move(background); }
  bool calibrated() const { return key_.has_value(); }

  void process(const PictureView& picture);

 private:
  void calibrate(const PictureView& picture);
  void replace(const PictureView& picture);
  void draw_background(cv::Size size);

  cv::Rect window_;
  ColourSample sample_;
  int pictures_seen_ = 0;
  std::optional<ColourKey> key_;
  Sprite background_;
  // Kept from one picture to the next, for their memory.
  cv::Mat match_;
  cv::Mat smooth_match_;
  cv::Mat match_luma_;
  cv::Mat behind_[3];
};

}  // namespace kaskado::filters
