// Parts of the picture that a crowd is looked for in, as clients give them.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace kaskado::filters {

// Percentages from 0 to 100 that part four levels: 0 up to min, 1 up to med, 2 below max, 3 from max on.
struct Levels {
  int min = 10;
  int med = 35;
  int max = 65;
  // So many pictures in a row a level has to be seen before it counts.
  int pictures = 5;

  int of(double percentage) const {
    return percentage >= max ? 3 : percentage > med ? 2 : percentage > min ? 1 : 0;
  }
};

struct DirectionSettings {
  bool wanted = false;
  int pictures = 3;           // so many in a row have to go one way before it is told
  int pictures_to_reset = 3;  // so many in a row that do not, and the same way is told again
  int angle_offset = 0;       // degrees by which the four ways are turned
};

struct CrowdRegion {
  std::string id;
  std::vector<cv::Point2f> points;  // shares of the picture's width and height
  Levels occupancy;
  Levels fluidity;
  DirectionSettings direction;
};

inline constexpr std::size_t kMostRegions = 32;
inline constexpr std::size_t kMostPoints = 64;

// Throws std::invalid_argument, which names what is wrong.
void check(const std::vector<CrowdRegion>& regions);

}  // namespace kaskado::filters
