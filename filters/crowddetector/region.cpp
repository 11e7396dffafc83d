#include "region.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace kaskado::filters {

namespace {

constexpr int kMostPictures = 10'000;

void require(bool right, const CrowdRegion& region, const std::string& sentence) {
  if (!right) throw std::invalid_argument("'rois': '" + region.id + "': " + sentence);
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_id(const std::string& id) {
  static const std::string kOthers = "0123456789/-_.:+";
  return !id.empty() && is_letter(id[0]) &&
         std::ranges::all_of(id, [](char c) { return is_letter(c) || kOthers.find(c) != std::string::npos; });
}

void check(const Levels& levels, const CrowdRegion& region, const std::string& name) {
  require(
      levels.min >= 0 && levels.max <= 100 && levels.min <= levels.med && levels.med <= levels.max, region,
      "'" + name + "LevelMin', '…Med' and '…Max' should be from 0 to 100, each not less than the one before");
  require(levels.pictures >= 1 && levels.pictures <= kMostPictures, region,
          "'" + name + "NumFramesToEvent' should be from 1 to 10000");
}

void check(const CrowdRegion& region) {
  require(is_id(region.id), region,
          "'id' should begin with a letter, followed by letters, digits and / - _ . : +");
  require(region.points.size() >= 3 && region.points.size() <= kMostPoints, region,
          "'points' should be from 3 to 64");
  const auto is_share = [](float x) { return x >= 0 && x <= 1; };
  require(std::ranges::all_of(region.points,
                              [&](const cv::Point2f& p) { return is_share(p.x) && is_share(p.y); }),
          region, "'x' and 'y' of 'points' should be from 0 to 1");
  check(region.occupancy, region, "occupancy");
  check(region.fluidity, region, "fluidity");
  const DirectionSettings& direction = region.direction;
  require(direction.pictures >= 1 && direction.pictures <= kMostPictures, region,
          "'opticalFlowNumFramesToEvent' should be from 1 to 10000");
  require(direction.pictures_to_reset >= 1 && direction.pictures_to_reset <= kMostPictures, region,
          "'opticalFlowNumFramesToReset' should be from 1 to 10000");
}

}  // namespace

void check(const std::vector<CrowdRegion>& regions) {
  if (regions.size() > kMostRegions) throw std::invalid_argument("'rois' should be 32 at the most");
  std::set<std::string> ids;
  for (const CrowdRegion& region : regions) {
    check(region);
    require(ids.insert(region.id).second, region, "'id' should not be that of another");
  }
}

}  // namespace kaskado::filters
