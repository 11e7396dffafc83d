// Finds what looks like a number plate: a line of dark letters of one height on bright ground.
#pragma once

#include <vector>

#include "common/picture_view.hpp"

namespace kaskado::filters {

class PlateFinder {
 public:
  static constexpr int kSearchWidth = 640;
  static constexpr std::size_t kMostPlates = 4;

  // How wide plates are, as a share of the picture's width: those of half to twice of it are found. Throws
  // std::invalid_argument where it is none. Before the first call plates of any usual width are.
  void set_width_share(double share);

  // The largest first, in pixels, within the picture: the letters and a margin. Holds until the next call.
  const std::vector<cv::Rect>& find(const PictureView& picture);

 private:
  struct Line {
    cv::Rect box;
    int letters = 0;
  };

  void find_letters();
  void join_letters();
  bool is_plate(const Line& line) const;

  double least_share_ = 0.08;
  double most_share_ = 0.9;
  std::vector<cv::Rect> plates_;
  std::vector<cv::Rect> letters_;
  std::vector<Line> lines_;
  cv::Mat small_, dark_, labels_, statistics_, centres_;
};

}  // namespace kaskado::filters
