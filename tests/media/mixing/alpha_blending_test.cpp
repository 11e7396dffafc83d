#include "media/mixing/alpha_blending.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "media/mixing/video_compositor.hpp"
#include "mixing/video_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr PortId kFirst{1}, kSecond{2}, kThird{3};
const std::vector<InputView> kInputs{{kFirst, 320, 240}, {kSecond, 1280, 720}, {kThird, 640, 480}};

std::vector<std::uint32_t> order(const Scene& scene) {
  std::vector<std::uint32_t> ports;
  for (const Placement& placement : scene.placements) ports.push_back(placement.port.value);
  return ports;
}

TEST(AlphaBlending, TakesTheMastersSize) {
  AlphaBlending layout;
  Scene scene;
  layout.arrange({}, scene);
  EXPECT_EQ(scene.width, 640);
  EXPECT_EQ(scene.height, 480);
  layout.arrange(kInputs, scene);
  EXPECT_EQ(scene.width, 320);  // who joined first, until it is said
  layout.set_master(kSecond, 3);
  layout.arrange(kInputs, scene);
  EXPECT_EQ(scene.width, 1280);
  EXPECT_EQ(scene.height, 720);
  layout.leave(kSecond);
  layout.arrange(std::span(kInputs).first(1), scene);
  EXPECT_EQ(scene.width, 1280);  // kept
}

TEST(AlphaBlending, FillsTheCanvasWithPortsWithoutProperties) {
  AlphaBlending layout;
  layout.set_master(kSecond, 0);
  Scene scene;
  layout.arrange(kInputs, scene);
  for (const Placement& placement : scene.placements) EXPECT_EQ(placement.area, (Rect{0, 0, 1280, 720}));
  EXPECT_EQ(order(scene), (std::vector<std::uint32_t>{2, 1, 3}));
}

TEST(AlphaBlending, StacksByZOrderAndPlacesByShares) {
  AlphaBlending layout;
  layout.set_master(kSecond, 5);
  EXPECT_TRUE(layout.set_port_properties(
      kFirst,
      {.relative_x = 0.5, .relative_y = 0.25, .relative_width = 0.25, .relative_height = 0.5, .z_order = 7}));
  EXPECT_TRUE(
      layout.set_port_properties(kThird, {.relative_width = 0.1, .relative_height = 0.1, .z_order = 6}));
  Scene scene;
  layout.arrange(kInputs, scene);
  EXPECT_EQ(order(scene), (std::vector<std::uint32_t>{2, 3, 1}));
  EXPECT_EQ(scene.placements[2].area, (Rect{640, 180, 320, 360}));
  EXPECT_EQ(scene.placements[1].area, (Rect{0, 0, 128, 72}));
}

TEST(AlphaBlending, BearsSharesOutOfRange) {
  AlphaBlending layout;
  layout.set_master(kSecond, 0);
  layout.set_port_properties(kFirst, {.relative_x = -3,
                                      .relative_y = std::numeric_limits<double>::quiet_NaN(),
                                      .relative_width = 1e300,
                                      .relative_height = std::numeric_limits<double>::infinity()});
  layout.set_port_properties(kThird, {.relative_x = 1, .relative_y = 1});
  Scene scene;
  layout.arrange(kInputs, scene);
  EXPECT_EQ(scene.placements[1].area, (Rect{0, 0, 1280, 0}));
  EXPECT_EQ(scene.placements[2].area, (Rect{1280, 720, 1280, 720}));
}

TEST(AlphaBlending, RefusesPropertiesOfTooManyPorts) {
  AlphaBlending layout;
  for (std::uint32_t i = 0; i < AlphaBlending::kMaxPorts; ++i)
    ASSERT_TRUE(layout.set_port_properties(PortId{i}, {}));
  EXPECT_FALSE(layout.set_port_properties(PortId{5000}, {}));
  EXPECT_TRUE(layout.set_port_properties(PortId{5}, {}));
  layout.leave(PortId{5});
  EXPECT_TRUE(layout.set_port_properties(PortId{5000}, {}));
}

// A small picture over the master's; what reaches over the canvas's edge is cut off.
TEST(AlphaBlending, IsPaintedByTheCompositor) {
  VideoCompositor compositor;
  AlphaBlending layout;
  compositor.join(kFirst);
  compositor.join(kSecond);
  layout.set_master(kFirst, 0);
  layout.set_port_properties(
      kSecond,
      {.relative_x = 0.75, .relative_y = 0.5, .relative_width = 0.5, .relative_height = 0.25, .z_order = 1});
  compositor.take(kFirst, frame(picture(320, 240, kRed), 0ms));
  compositor.take(kSecond, frame(picture(64, 64, kGreen), 0ms));
  const auto first = compositor.compose(at(100ms), layout);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->picture->width(), 320);
  EXPECT_EQ(seen(*first->picture, 239, 120), kRed);
  EXPECT_EQ(seen(*first->picture, 240, 120), kGreen);
  EXPECT_EQ(seen(*first->picture, 319, 179), kGreen);
  EXPECT_EQ(seen(*first->picture, 319, 180), kRed);

  // The master moves below the other.
  compositor.take(kFirst, frame(picture(320, 240, kBlue), 60ms));
  const auto second = compositor.compose(at(133ms), layout);
  EXPECT_EQ(seen(*second->picture, 239, 120), kBlue);
  EXPECT_EQ(seen(*second->picture, 240, 120), kGreen);

  // And above it.
  layout.set_master(kFirst, 2);
  EXPECT_EQ(seen(*compositor.compose(at(166ms), layout)->picture, 240, 120), kBlue);

  // A new size of the master's.
  layout.set_master(kFirst, 0);
  compositor.take(kFirst, frame(picture(640, 480, kYellow), 120ms));
  const auto fourth = compositor.compose(at(200ms), layout);
  EXPECT_EQ(fourth->picture->width(), 640);
  EXPECT_EQ(seen(*fourth->picture, 479, 240), kYellow);
  EXPECT_EQ(seen(*fourth->picture, 480, 240), kGreen);
}

}  // namespace
}  // namespace kaskado::media
