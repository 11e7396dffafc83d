// What is told of one region, from what is measured in it picture by picture.
#pragma once

#include <optional>

#include "region.hpp"

namespace kaskado::filters {

// A level counts once it was seen in enough pictures in a row.
class LevelWatch {
 public:
  explicit LevelWatch(const Levels& levels) : levels_(levels) {}

  int level() const { return level_; }
  // True where the level has changed with this picture.
  bool note(double percentage);

 private:
  Levels levels_;
  int level_ = 0;
  int candidate_ = 0;
  int seen_ = 0;
};

// One of four ways: left 0, up 90, right 180, down 270 degrees, all turned by the offset.
class DirectionWatch {
 public:
  explicit DirectionWatch(const DirectionSettings& settings) : settings_(settings) {}

  // `movement` in pixels, x to the right and y down; nothing where nothing moves. The angle that is to be
  // told with this picture.
  std::optional<double> note(std::optional<cv::Point2d> movement);

 private:
  double nearest_way(const cv::Point2d& movement) const;

  DirectionSettings settings_;
  std::optional<double> told_;
  std::optional<double> candidate_;
  int seen_ = 0;
  int others_ = 0;
};

}  // namespace kaskado::filters
