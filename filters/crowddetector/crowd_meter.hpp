// Tells how full regions of a picture are, how much of what is in them moves, and which way.
//
// Full is what differs from the picture as it was when it was empty, which is learnt from the first picture
// on; what stands still becomes part of it only after minutes.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "common/picture_view.hpp"
#include "region.hpp"
#include "watch.hpp"

namespace kaskado::filters {

class CrowdMeter {
 public:
  static constexpr int kDefaultWidth = 320;
  static constexpr int kLeastWidth = 16;
  static constexpr int kMostWidth = 1920;
  // Points whose movement is followed from one picture to the next.
  static constexpr int kMostFeatures = 200;

  struct Occupancy {
    std::string region;
    double percentage = 0;
    int level = 0;
  };
  // The share of what the region is full of that moves.
  struct Fluidity {
    std::string region;
    double percentage = 0;
    int level = 0;
  };
  struct Direction {
    std::string region;
    double degrees = 0;
  };
  using Event = std::variant<Occupancy, Fluidity, Direction>;

  // Throws std::invalid_argument where a region is none.
  explicit CrowdMeter(std::vector<CrowdRegion> regions);

  // Pictures are measured at this width at the most, in pixels. Throws std::invalid_argument where it is
  // none.
  void set_width(int width);
  int width() const { return width_; }

  // What has changed with this picture; holds until the next call. The picture stays as it is.
  const std::vector<Event>& process(const PictureView& picture);

 private:
  struct Area {
    CrowdRegion region;
    LevelWatch occupancy;
    LevelWatch fluidity;
    DirectionWatch direction;
    cv::Mat mask;
    int pixels = 0;
  };
  struct Step {
    cv::Point2f from;
    cv::Point2f movement;
  };

  void begin(cv::Size size);
  void find_foreground();
  void follow_features();
  void measure(Area& area);

  int width_ = kDefaultWidth;
  std::vector<Area> areas_;
  std::vector<Event> events_;
  cv::Mat all_areas_;
  cv::Mat grey_, smooth_, before_, background_, background_grey_, difference_, foreground_, still_, searched_;
  std::vector<cv::Point2f> features_, moved_;
  std::vector<unsigned char> followed_;
  std::vector<float> errors_;
  std::vector<Step> steps_;
};

}  // namespace kaskado::filters
