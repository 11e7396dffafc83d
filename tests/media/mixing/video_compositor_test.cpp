#include "media/mixing/video_compositor.hpp"

#include <gtest/gtest.h>

#include <array>

#include "base/random.hpp"
#include "media/mixing/grid_layout.hpp"
#include "mixing/video_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using namespace std::chrono_literals;
using State = VideoCompositor::InputState;

constexpr std::array kColours{kRed, kGreen, kBlue, kYellow};

// So many inputs that have had a picture each at time 0.
class Composition {
 public:
  explicit Composition(std::uint32_t inputs, int width = 1280, int height = 720) : layout(width, height) {
    for (std::uint32_t i = 0; i < inputs; ++i) {
      compositor.join(PortId{i});
      show(i, 0ms, kColours[i % kColours.size()]);
    }
  }

  void show(std::uint32_t port, base::Duration time, Colour colour, int width = 640, int height = 360) {
    compositor.take(PortId{port}, frame(picture(width, height, colour), time));
  }
  VideoFrame compose(base::Duration tick) { return *compositor.compose(at(tick), layout); }
  std::int64_t painted() const { return compositor.last_work().painted_pixels; }

  VideoCompositor compositor;
  GridLayout layout;
};

TEST(VideoCompositor, PaintsFourInputsIntoQuadrants) {
  Composition four(4);
  const VideoFrame out = four.compose(40ms);
  EXPECT_EQ(out.picture->width(), 1280);
  EXPECT_EQ(out.picture->height(), 720);
  EXPECT_EQ(out.time, at(40ms));
  for (const auto& [x, y, colour] : {std::tuple(0, 0, kRed),
                                     {639, 359, kRed},
                                     {640, 0, kGreen},
                                     {1279, 359, kGreen},
                                     {0, 360, kBlue},
                                     {639, 719, kBlue},
                                     {640, 360, kYellow},
                                     {1279, 719, kYellow}})
    EXPECT_EQ(seen(*out.picture, x, y), colour) << x << ' ' << y;
}

TEST(VideoCompositor, LeavesBarsBesideAndEmptyCellsBlack) {
  Composition three(3);
  three.show(1, 10ms, kGreen, 480, 480);
  const VideoFrame out = three.compose(60ms);
  // 360 × 360 in the middle of 640 × 360 at (640, 0)
  EXPECT_EQ(seen(*out.picture, 779, 100), kBlack);
  EXPECT_EQ(seen(*out.picture, 780, 100), kGreen);
  EXPECT_EQ(seen(*out.picture, 1139, 100), kGreen);
  EXPECT_EQ(seen(*out.picture, 1140, 100), kBlack);
  EXPECT_EQ(seen(*out.picture, 700, 400), kBlack);
  EXPECT_EQ(seen(*out.picture, 1279, 719), kBlack);
}

// Every cell shows its colour up to its corners, and the rest is black.
TEST(VideoCompositor, PaintsUpToSixteenInputsOnOddCanvases) {
  for (const auto& [width, height] : {std::pair(641, 361), std::pair(801, 599)}) {
    for (std::uint32_t count = 1; count <= 16; ++count) {
      Composition many(count, width, height);
      for (std::uint32_t i = 0; i < count; ++i)
        many.show(i, 1ms, kColours[i % 4], 33 + static_cast<int>(i), 17 + 3 * static_cast<int>(i));
      const VideoFrame out = many.compose(50ms);
      std::vector<InputView> views;
      for (std::uint32_t i = 0; i < count; ++i)
        views.push_back({PortId{i}, 33 + static_cast<int>(i), 17 + 3 * static_cast<int>(i)});
      Scene scene;
      many.layout.arrange(views, scene);
      for (std::uint32_t i = 0; i < count; ++i) {
        const Rect cell = scene.placements[i].area;
        const Rect inner = letterbox(cell, views[i].width, views[i].height);
        EXPECT_EQ(seen(*out.picture, inner.x, inner.y), kColours[i % 4]);
        EXPECT_EQ(seen(*out.picture, inner.right() - 1, inner.bottom() - 1), kColours[i % 4]);
        const bool left = inner.x > cell.x, below = inner.bottom() < cell.bottom();
        EXPECT_TRUE(!left || seen(*out.picture, inner.x - 1, inner.y) == kBlack);
        EXPECT_TRUE(!below || seen(*out.picture, inner.x, inner.bottom()) == kBlack);
      }
    }
  }
}

TEST(VideoCompositor, HandsOutTheSamePictureWhileNothingChanges) {
  Composition four(4);
  const VideoFrame first = four.compose(40ms);
  const VideoFrame second = four.compose(73ms);
  EXPECT_EQ(first.picture, second.picture);
  EXPECT_EQ(second.time, at(73ms));
  EXPECT_EQ(four.painted(), 0);
  four.compositor.take(PortId{0}, {.picture = nullptr, .time = at(50ms), .arrived = {}, .metadata = {}});
  EXPECT_EQ(four.compose(106ms).picture, first.picture);
}

TEST(VideoCompositor, RepaintsOnlyTheCellThatChanged) {
  Composition four(4);
  four.compose(40ms);
  EXPECT_EQ(four.painted(), 1280 * 720);
  four.show(2, 50ms, kYellow);
  const VideoFrame out = four.compose(100ms);  // the first canvas has come back
  EXPECT_EQ(four.painted(), 640 * 360);
  EXPECT_EQ(seen(*out.picture, 639, 719), kYellow);
  EXPECT_EQ(seen(*out.picture, 640, 719), kYellow);
  EXPECT_EQ(seen(*out.picture, 0, 0), kRed);
}

// While viewers hold the last pictures, each canvas catches up on what it has missed.
TEST(VideoCompositor, RemembersWhatEachCanvasShows) {
  Composition four(4);
  const VideoFrame first = four.compose(40ms);
  four.show(0, 50ms, kBlue);
  VideoFrame second = four.compose(100ms);
  EXPECT_EQ(four.painted(), 1280 * 720);  // a second canvas
  EXPECT_EQ(seen(*first.picture, 0, 0), kRed);
  EXPECT_EQ(seen(*second.picture, 0, 0), kBlue);
  four.show(1, 110ms, kRed);
  second = four.compose(160ms);  // a third, while the second is held until it is there
  four.show(3, 170ms, kGreen);
  second = four.compose(230ms);  // the second canvas again: ports 1 and 3
  EXPECT_EQ(four.painted(), 2 * 640 * 360);
  EXPECT_EQ(seen(*second.picture, 0, 0), kBlue);
  EXPECT_EQ(seen(*second.picture, 640, 0), kRed);
  EXPECT_EQ(seen(*second.picture, 640, 360), kGreen);
  EXPECT_EQ(seen(*first.picture, 640, 0), kGreen);  // never touched while held
}

// Whatever came before, a canvas looks like one that was painted from scratch.
TEST(VideoCompositor, LooksAsIfPaintedAnewAfterAnyHistory) {
  base::SeededRandom random(5);
  VideoCompositor compositor;
  GridLayout layout(320, 180);
  std::vector<VideoFrame> held;
  std::array<Colour, 6> colours{};
  std::array<std::pair<int, int>, 6> sizes{};
  std::vector<std::uint32_t> order;
  for (int step = 1; step < 400; ++step) {
    const base::Duration now = step * 100ms;
    const auto port = static_cast<std::uint32_t>(random.below(6));
    const auto there = std::ranges::find(order, port);
    if (random.below(4) == 0 && there != order.end()) {
      compositor.leave(PortId{port});
      order.erase(there);
    } else {
      if (there == order.end()) {
        compositor.join(PortId{port});
        order.push_back(port);
      }
      colours[port] = kColours[random.below(4)];
      sizes[port] = {20 + static_cast<int>(random.below(40)), 20 + static_cast<int>(random.below(40))};
      compositor.take(PortId{port},
                      frame(picture(sizes[port].first, sizes[port].second, colours[port]), now));
    }
    const VideoFrame out = *compositor.compose(at(now + 40ms), layout);
    VideoCompositor fresh;
    for (const std::uint32_t one : order) {
      fresh.join(PortId{one});
      fresh.take(PortId{one}, frame(picture(sizes[one].first, sizes[one].second, colours[one]), now));
    }
    const VideoFrame expected = *fresh.compose(at(now + 40ms), layout);
    for (int y = 0; y < 180; ++y)
      for (int x = 0; x < 320; ++x)
        ASSERT_EQ(seen(*out.picture, x, y), seen(*expected.picture, x, y)) << step;
    held.push_back(out);
    if (held.size() > random.below(4)) held.erase(held.begin());
  }
}

TEST(VideoCompositor, ScalesAPictureOnce) {
  Composition four(4);
  four.show(0, 10ms, kBlue, 1920, 1080);
  const VideoFrame first = four.compose(60ms);
  EXPECT_EQ(four.compositor.last_work().scaled_pictures, 1);  // the others have their cells' size
  four.show(1, 70ms, kRed);
  four.compose(120ms);  // another canvas
  EXPECT_EQ(four.compositor.last_work().scaled_pictures, 0);
}

TEST(VideoCompositor, SkipsPicturesThatNobodySaw) {
  Composition one(1);
  for (int i = 1; i <= 4; ++i) one.show(0, i * 8ms, kColours[static_cast<std::size_t>(i - 1)], 1920, 1080);
  const VideoFrame out = one.compose(80ms);
  EXPECT_EQ(seen(*out.picture, 0, 0), kYellow);
  EXPECT_EQ(one.compositor.last_work().scaled_pictures, 1);
}

TEST(VideoCompositor, HoldsPicturesBackUntilTheirTime) {
  Composition one(1);
  one.show(0, 100ms, kBlue);
  EXPECT_EQ(seen(*one.compose(139ms).picture, 0, 0), kRed);
  EXPECT_EQ(seen(*one.compose(140ms).picture, 0, 0), kBlue);
}

TEST(VideoCompositor, ShowsPicturesWhoseTimeCannotBeBelieved) {
  Composition one(1);
  one.show(0, 1h, kBlue);
  EXPECT_EQ(seen(*one.compose(100ms).picture, 0, 0), kBlue);
  for (int i = 0; i < 20; ++i) one.show(0, 300ms + i * 1ms, kColours[static_cast<std::size_t>(i) % 4]);
  EXPECT_EQ(seen(*one.compose(140ms).picture, 0, 0),
            kYellow);  // the newest of those that there is no room for
}

TEST(VideoCompositor, FreezesAndBlanksStalledInputs) {
  Composition two(2);
  two.compositor.set_name(PortId{0}, "Ann");
  EXPECT_EQ(two.compositor.state(PortId{0}), State::waiting);
  two.compose(40ms);
  EXPECT_EQ(two.compositor.state(PortId{0}), State::live);
  const auto advance_to = [&](base::Duration tick) {
    two.show(1, tick - 40ms, kGreen);
    return two.compose(tick);
  };
  advance_to(2040ms);
  EXPECT_EQ(two.compositor.state(PortId{0}), State::live);
  EXPECT_EQ(seen(*advance_to(2041ms).picture, 0, 300), kRed);
  EXPECT_EQ(two.compositor.state(PortId{0}), State::frozen);
  EXPECT_EQ(seen(*advance_to(10040ms).picture, 0, 300), kRed);
  const VideoFrame blank = advance_to(10041ms);
  EXPECT_EQ(two.compositor.state(PortId{0}), State::blank);
  EXPECT_EQ(seen(*blank.picture, 0, 300), kBlack);
  EXPECT_EQ(seen(*blank.picture, 640, 300), kGreen);
  EXPECT_EQ(seen(*blank.picture, 13, 667).y, 235);  // its name stays
  two.show(0, 11s, kBlue);
  EXPECT_EQ(seen(*advance_to(11040ms).picture, 0, 300), kBlue);
  EXPECT_EQ(two.compositor.state(PortId{0}), State::live);
}

TEST(VideoCompositor, LetsALeavingInputDisappearAtTheNextTick) {
  Composition two(2);
  EXPECT_EQ(seen(*two.compose(40ms).picture, 0, 300), kRed);
  two.compositor.leave(PortId{0});
  const VideoFrame out = two.compose(73ms);
  EXPECT_EQ(seen(*out.picture, 0, 0), kGreen);
  EXPECT_EQ(seen(*out.picture, 1279, 719), kGreen);
  two.compositor.leave(PortId{1});
  EXPECT_EQ(seen(*two.compose(106ms).picture, 600, 300), kBlack);
  two.show(1, 110ms, kGreen);  // of one that is gone
  EXPECT_EQ(seen(*two.compose(150ms).picture, 600, 300), kBlack);
}

TEST(VideoCompositor, DrawsNames) {
  Composition one(1);
  one.compositor.set_name(PortId{0}, "L");
  VideoFrame out = one.compose(40ms);
  const int dot = 6, top = 720 - 10 * dot;
  EXPECT_EQ(seen(*out.picture, dot, top + dot), (Colour{235, 128, 128}));
  EXPECT_EQ(seen(*out.picture, 2 * dot, top + dot), kBlack);
  EXPECT_EQ(seen(*out.picture, 0, top - 1), kRed);
  EXPECT_EQ(seen(*out.picture, 7 * dot, 719), kRed);
  out = {};
  one.show(0, 50ms, kGreen);
  out = one.compose(100ms);
  EXPECT_EQ(seen(*out.picture, dot, top + dot), (Colour{235, 128, 128}));
  one.compositor.set_name(PortId{0}, "");
  EXPECT_EQ(seen(*one.compose(133ms).picture, dot, top + dot), kGreen);
}

TEST(VideoCompositor, TellsTheOldestNewArrival) {
  Composition two(2);
  EXPECT_EQ(two.compose(40ms).arrived, at(0ms));
  EXPECT_EQ(two.compose(73ms).arrived, at(73ms));
  two.show(0, 80ms, kRed);
  two.show(1, 75ms, kRed);
  EXPECT_EQ(two.compose(120ms).arrived, at(75ms));
}

TEST(VideoCompositor, BoundsItsInputs) {
  VideoCompositor compositor;
  for (std::uint32_t i = 0; i < VideoCompositor::kMaxInputs; ++i) ASSERT_TRUE(compositor.join(PortId{i}));
  EXPECT_FALSE(compositor.join(PortId{1}));
  EXPECT_FALSE(compositor.join(PortId{9999}));
  compositor.leave(PortId{1});
  EXPECT_TRUE(compositor.join(PortId{9999}));
}

}  // namespace
}  // namespace kaskado::media
