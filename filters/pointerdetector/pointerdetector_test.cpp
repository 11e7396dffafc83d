#include <gtest/gtest.h>

#include <stdexcept>

#include "pointer_tracker.hpp"
#include "testing/test_picture.hpp"

namespace kaskado::filters {

namespace {

constexpr Colour kWall = Colour::from_rgb(150, 140, 130);
constexpr Colour kPointer = Colour::from_rgb(240, 60, 20);

TestPicture with_pointer_at(cv::Point at) {
  TestPicture picture(320, 240, kWall);
  fill(picture.view(), {at.x - 10, at.y - 10, 20, 20}, kPointer);
  return picture;
}

// Shows the pointer there; what crossed, as "+id" and "-id".
std::string show(PointerTracker& tracker, cv::Point at, int pictures = 1) {
  std::string crossed;
  for (int i = 0; i < pictures; ++i) {
    TestPicture picture = with_pointer_at(at);
    for (const auto& crossing : tracker.process(picture.view()))
      crossed += (crossing.in ? "+" : "-") + crossing.window_id;
    EXPECT_TRUE(picture.intact());
  }
  return crossed;
}

PointerTracker::Window window(const std::string& id, const cv::Rect& area) {
  PointerTracker::Window window;
  window.id = id;
  window.area = area;
  return window;
}

PointerTracker calibrated() {
  PointerTracker tracker({20, 20, 16, 16});
  tracker.track_colour();
  show(tracker, {28, 28});
  return tracker;
}

template <typename Call>
std::string problem_of(Call call) {
  try {
    call();
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST(PointerTracker, FollowsTheColourOfItsRegion) {
  PointerTracker tracker = calibrated();
  show(tracker, {200, 120});
  ASSERT_TRUE(tracker.pointer());
  EXPECT_NEAR(tracker.pointer()->x, 200, 2);
  EXPECT_NEAR(tracker.pointer()->y, 120, 2);
}

TEST(PointerTracker, FollowsNothingBeforeItIsTold) {
  PointerTracker tracker({20, 20, 16, 16});
  tracker.add_window(window("w", {0, 0, 320, 240}));
  EXPECT_EQ(show(tracker, {28, 28}, 3), "");
  EXPECT_FALSE(tracker.pointer());
}

TEST(PointerTracker, TellsEachCrossingOnce) {
  PointerTracker tracker = calibrated();
  tracker.add_window(window("left", {20, 60, 80, 80}));
  tracker.add_window(window("right", {200, 60, 80, 80}));
  EXPECT_EQ(show(tracker, {150, 100}, 3), "");
  EXPECT_EQ(show(tracker, {60, 100}, 5), "+left");
  EXPECT_EQ(show(tracker, {70, 90}, 5), "");
  EXPECT_EQ(show(tracker, {240, 100}, 5), "-left+right");
  EXPECT_EQ(show(tracker, {150, 100}, 5), "-right");
}

TEST(PointerTracker, ForgivesAPointerThatFlickers) {
  PointerTracker tracker = calibrated();
  tracker.add_window(window("w", {20, 60, 80, 80}));
  EXPECT_EQ(show(tracker, {60, 100}), "+w");
  EXPECT_EQ(show(tracker, {-100, -100}, PointerTracker::kPicturesUntilGone - 1), "");
  EXPECT_EQ(show(tracker, {60, 100}), "");
  EXPECT_EQ(show(tracker, {-100, -100}, PointerTracker::kPicturesUntilGone), "-w");
}

TEST(PointerTracker, WindowsComeAndGo) {
  PointerTracker tracker = calibrated();
  tracker.add_window(window("a", {20, 60, 80, 80}));
  tracker.add_window(window("a", {200, 60, 80, 80}));
  tracker.remove_window("b");
  EXPECT_EQ(show(tracker, {60, 100}), "");
  EXPECT_EQ(show(tracker, {240, 100}), "+a");
  tracker.remove_window("a");
  EXPECT_EQ(show(tracker, {150, 100}), "");
  tracker.add_window(window("c", {20, 60, 80, 80}));
  tracker.clear_windows();
  EXPECT_EQ(show(tracker, {60, 100}), "");
}

TEST(PointerTracker, ShowsTheWindowsImages) {
  PointerTracker tracker = calibrated();
  PointerTracker::Window w = window("w", {200, 60, 80, 80});
  w.image = Sprite(plain_image(4, 4, 0, 0, 255));
  w.active_image = Sprite(plain_image(4, 4, 0, 255, 0));
  tracker.add_window(w);
  TestPicture picture = with_pointer_at({60, 100});
  tracker.process(picture.view());
  EXPECT_TRUE(near(picture.at(210, 70), kBlue, 3));
  picture = with_pointer_at({240, 100});
  tracker.process(picture.view());
  EXPECT_TRUE(near(picture.at(210, 70), kGreen, 3));
}

TEST(PointerTracker, TransparentImagesLetThePictureThrough) {
  PointerTracker tracker = calibrated();
  PointerTracker::Window w = window("w", {200, 60, 80, 80});
  w.image = Sprite(plain_image(4, 4, 0, 0, 255));
  w.opacity = 0;
  tracker.add_window(w);
  TestPicture picture = with_pointer_at({60, 100});
  tracker.process(picture.view());
  EXPECT_TRUE(near(picture.at(210, 70), kWall, 1));
}

TEST(PointerTracker, AnySize) {
  PointerTracker tracker({100, 100, 5000, 5000});
  tracker.add_window(window("w", {300, 300, 2'000'000'000, 2'000'000'000}));
  for (const cv::Size size : kOddSizes) {
    tracker.track_colour();
    for (int i = 0; i < 3; ++i) {
      TestPicture picture(size.width, size.height, kPointer);
      tracker.process(picture.view());
      EXPECT_TRUE(picture.intact());
    }
  }
}

TEST(PointerTracker, SaysWhichParameterIsWrong) {
  PointerTracker tracker = calibrated();
  EXPECT_NE(problem_of([] {
              PointerTracker({0, 0, 0, 5});
            }).find("calibrationRegion.width"),
            std::string::npos);
  EXPECT_NE(problem_of([&] {
              tracker.add_window(window("w", {-1, 0, 5, 5}));
            }).find("window.upperRightX"),
            std::string::npos);
  EXPECT_NE(problem_of([&] {
              tracker.add_window(window("", {0, 0, 5, 5}));
            }).find("window.id"),
            std::string::npos);
  PointerTracker::Window w = window("w", {0, 0, 5, 5});
  w.opacity = 1.5;
  EXPECT_NE(problem_of([&] { tracker.add_window(w); }).find("window.imageTransparency"), std::string::npos);
  for (std::size_t i = 0; i < PointerTracker::kMostWindows; ++i)
    tracker.add_window(window(std::to_string(i), {0, 0, 5, 5}));
  EXPECT_NE(problem_of([&] { tracker.add_window(window("w", {0, 0, 5, 5})); }).find("64"), std::string::npos);
}

}  // namespace kaskado::filters
