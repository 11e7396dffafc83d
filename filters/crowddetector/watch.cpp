#include "watch.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kaskado::filters {

bool LevelWatch::note(double percentage) {
  const int level = levels_.of(percentage);
  seen_ = level == candidate_ ? std::min(seen_ + 1, levels_.pictures) : 1;
  candidate_ = level;
  if (seen_ < levels_.pictures || level == level_) return false;
  level_ = level;
  return true;
}

double DirectionWatch::nearest_way(const cv::Point2d& movement) const {
  // To the left is 0 and up is 90.
  const double angle = std::atan2(-movement.y, -movement.x) * 180 / std::numbers::pi;
  const double clockwise = -settings_.angle_offset + angle;
  const double way = std::round(clockwise / 90) * 90 + settings_.angle_offset;
  const double turns = std::fmod(std::fmod(way, 360.0) + 360.0, 360.0);
  return turns;
}

std::optional<double> DirectionWatch::note(std::optional<cv::Point2d> movement) {
  std::optional<double> way;
  if (movement) way = nearest_way(*movement);
  others_ = way && way == told_ ? 0 : std::min(others_ + 1, settings_.pictures_to_reset);
  if (others_ == settings_.pictures_to_reset) told_.reset();
  seen_ = way && way == candidate_ ? std::min(seen_ + 1, settings_.pictures) : way ? 1 : 0;
  candidate_ = way;
  if (!way || seen_ < settings_.pictures || way == told_) return {};
  told_ = way;
  others_ = 0;
  return way;
}

}  // namespace kaskado::filters
