#include "media/mixing/grid_layout.hpp"

#include <gtest/gtest.h>

namespace kaskado::media {
namespace {

std::vector<InputView> inputs(std::uint32_t count) {
  std::vector<InputView> views;
  for (std::uint32_t i = 0; i < count; ++i) views.push_back({PortId{i + 1}, 640, 480});
  return views;
}

Scene scene_of(int width, int height, std::uint32_t count) {
  Scene scene;
  GridLayout(width, height).arrange(inputs(count), scene);
  return scene;
}

TEST(GridLayout, HasAsManyColumnsAsTheRootSays) {
  const auto columns_and_rows = [](std::uint32_t count) {
    std::vector<int> xs, ys;
    for (const Placement& placement : scene_of(1280, 720, count).placements) {
      if (std::ranges::find(xs, placement.area.x) == xs.end()) xs.push_back(placement.area.x);
      if (std::ranges::find(ys, placement.area.y) == ys.end()) ys.push_back(placement.area.y);
    }
    return std::pair(xs.size(), ys.size());
  };
  using Size = std::pair<std::size_t, std::size_t>;
  EXPECT_EQ(columns_and_rows(1), Size(1, 1));
  EXPECT_EQ(columns_and_rows(2), Size(2, 1));
  EXPECT_EQ(columns_and_rows(3), Size(2, 2));
  EXPECT_EQ(columns_and_rows(4), Size(2, 2));
  EXPECT_EQ(columns_and_rows(5), Size(3, 2));
  EXPECT_EQ(columns_and_rows(7), Size(3, 3));
  EXPECT_EQ(columns_and_rows(9), Size(3, 3));
  EXPECT_EQ(columns_and_rows(10), Size(4, 3));
  EXPECT_EQ(columns_and_rows(16), Size(4, 4));
}

TEST(GridLayout, GoesRowByRowInTheOrderOfJoining) {
  const Scene scene = scene_of(1280, 720, 4);
  EXPECT_EQ(scene.width, 1280);
  EXPECT_EQ(scene.height, 720);
  ASSERT_EQ(scene.placements.size(), 4u);
  EXPECT_EQ(scene.placements[0].area, (Rect{0, 0, 640, 360}));
  EXPECT_EQ(scene.placements[1].area, (Rect{640, 0, 640, 360}));
  EXPECT_EQ(scene.placements[2].area, (Rect{0, 360, 640, 360}));
  EXPECT_EQ(scene.placements[3].area, (Rect{640, 360, 640, 360}));
  EXPECT_EQ(scene.placements[2].port, PortId{3});
}

// Also where neither canvas nor cells divide evenly.
TEST(GridLayout, CoversTheCanvasWithCellsOfEvenCorners) {
  for (const auto& [width, height] : {std::pair(1280, 720), std::pair(641, 359), std::pair(99, 101)}) {
    for (std::uint32_t count = 1; count <= 16; ++count) {
      const Scene scene = scene_of(width, height, count);
      std::int64_t covered = 0;
      int columns = 0;
      for (const Placement& placement : scene.placements) {
        const Rect& cell = placement.area;
        EXPECT_FALSE(cell.empty());
        EXPECT_EQ(cell.x % 2 + cell.y % 2, 0);
        EXPECT_TRUE(contains({0, 0, width, height}, cell));
        EXPECT_TRUE(cell.right() % 2 == 0 || cell.right() == width);
        covered += std::int64_t{cell.width} * cell.height;
        columns += cell.y == 0;
        for (const Placement& other : scene.placements)
          EXPECT_TRUE(&other == &placement || intersection(other.area, cell).empty());
      }
      const bool full = count % static_cast<std::uint32_t>(columns) == 0;
      EXPECT_TRUE(!full || covered == std::int64_t{width} * height) << count;
    }
  }
}

TEST(GridLayout, BearsMoreInputsThanPixels) {
  const Scene scene = scene_of(2, 2, 100);
  EXPECT_EQ(scene.placements.size(), 100u);
  for (const Placement& placement : scene.placements)
    EXPECT_TRUE(placement.area.empty() || contains({0, 0, 2, 2}, placement.area));
}

TEST(Letterbox, KeepsProportionsInTheMiddle) {
  EXPECT_EQ(letterbox({0, 0, 640, 360}, 640, 480), (Rect{80, 0, 480, 360}));
  EXPECT_EQ(letterbox({640, 360, 640, 480}, 1280, 720), (Rect{640, 420, 640, 360}));
  EXPECT_EQ(letterbox({0, 0, 640, 360}, 1920, 1080), (Rect{0, 0, 640, 360}));
  EXPECT_EQ(letterbox({0, 0, 640, 360}, 360, 640), (Rect{218, 0, 204, 360}));  // 202.5 and 218.9
}

TEST(Letterbox, HasEvenCornersAndStaysWithin) {
  for (int width = 1; width < 60; ++width) {
    for (int height = 1; height < 60; ++height) {
      const Rect area{10, 20, 37, 23};
      const Rect inner = letterbox(area, width, height);
      ASSERT_FALSE(inner.empty());
      ASSERT_EQ(inner.x % 2 + inner.y % 2, 0);
      ASSERT_TRUE(contains(area, inner)) << width << 'x' << height;
      ASSERT_TRUE(inner.width == area.width || inner.height == area.height);
    }
  }
  EXPECT_TRUE(letterbox({0, 0, 0, 10}, 1, 1).empty());
  EXPECT_TRUE(letterbox({0, 0, 10, 10}, 0, 1).empty());
  EXPECT_EQ(letterbox({0, 0, 100, 100}, 8192, 1).height, 2);
}

}  // namespace
}  // namespace kaskado::media
