#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "image_overlay.hpp"
#include "placement.hpp"
#include "testing/test_picture.hpp"

namespace kaskado::filters {

namespace {

ImageOverlay::Settings at(double x, double y, double width, double height, bool keep_aspect_ratio = false,
                          bool centred = false) {
  return {{x, y, width, height}, keep_aspect_ratio, centred};
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

TEST(Placement, IsRelativeToWhatItIsLaidOver) {
  EXPECT_EQ(place({0, 0, 1, 1}, {30, 40, 50, 60}), cv::Rect(30, 40, 50, 60));
  EXPECT_EQ(place({-0.5, -1, 2, 0.5}, {30, 40, 50, 60}), cv::Rect(5, -20, 100, 30));
}

TEST(Placement, FitsProportions) {
  EXPECT_EQ(fit({20, 10}, {10, 10, 100, 100}, false), cv::Rect(10, 10, 100, 50));
  EXPECT_EQ(fit({20, 10}, {10, 10, 100, 100}, true), cv::Rect(10, 35, 100, 50));
  EXPECT_EQ(fit({10, 20}, {0, 0, 100, 60}, true), cv::Rect(35, 0, 30, 60));
  EXPECT_TRUE(fit({}, {0, 0, 9, 9}, true).empty());
}

TEST(ImageOverlay, LaysImagesInTheirOrder) {
  ImageOverlay overlay;
  overlay.add("a", at(0.25, 0.25, 0.5, 0.5));
  overlay.add("b", at(0.5, 0.5, 0.5, 0.5));
  EXPECT_TRUE(overlay.set_image("b", Sprite(plain_image(2, 2, 0, 0, 255))));
  EXPECT_TRUE(overlay.set_image("a", Sprite(plain_image(2, 2, 255, 0, 0))));
  TestPicture picture(160, 120);
  overlay.process(picture.view());
  EXPECT_TRUE(near(picture.at(41, 31), kRed, 3));
  EXPECT_TRUE(near(picture.at(81, 61), kBlue, 3));
  EXPECT_TRUE(near(picture.at(30, 20), kBlack, 0));
  EXPECT_TRUE(overlay.remove("b"));
  picture = TestPicture(160, 120);
  overlay.process(picture.view());
  EXPECT_TRUE(near(picture.at(81, 61), kRed, 3));
  EXPECT_TRUE(near(picture.at(121, 91), kBlack, 0));
}

TEST(ImageOverlay, KeepsTheAspectRatioWhereWanted) {
  ImageOverlay overlay;
  overlay.add("a", at(0, 0, 1, 1, true, true));
  overlay.set_image("a", Sprite(plain_image(10, 10, 255, 0, 0)));
  TestPicture picture(160, 80);
  overlay.process(picture.view());
  EXPECT_TRUE(near(picture.at(41, 1), kRed, 3));
  EXPECT_TRUE(near(picture.at(118, 78), kRed, 3));
  EXPECT_TRUE(near(picture.at(38, 40), kBlack, 0));
}

TEST(ImageOverlay, AnIdThatHasGoneGetsNoImage) {
  ImageOverlay overlay;
  EXPECT_FALSE(overlay.set_image("a", Sprite(plain_image(2, 2, 1, 2, 3))));
  EXPECT_FALSE(overlay.remove("a"));
}

TEST(ImageOverlay, AnySize) {
  ImageOverlay overlay;
  int id = 0;
  for (const double offset : {-100.0, -0.3, 0.99, 100.0}) {
    for (const double size : {0.0, 0.01, 1.0, 100.0}) {
      ++id;
      overlay.add(std::to_string(id), at(offset, offset, size, size, id % 2 == 0, true));
      overlay.set_image(std::to_string(id), Sprite(plain_image(3, 7, 1, 2, 3, 100)));
    }
  }
  for (const cv::Size size : kOddSizes) {
    TestPicture picture(size.width, size.height);
    overlay.process(picture.view());
    EXPECT_TRUE(picture.intact());
  }
}

TEST(ImageOverlay, SaysWhichParameterIsWrong) {
  ImageOverlay overlay;
  EXPECT_NE(problem_of([&] { overlay.add("", at(0, 0, 1, 1)); }).find("'id'"), std::string::npos);
  EXPECT_NE(problem_of([&] { overlay.add("a", at(101, 0, 1, 1)); }).find("'offsetXPercent'"),
            std::string::npos);
  EXPECT_NE(problem_of([&] { overlay.add("a", at(0, std::nan(""), 1, 1)); }).find("'offsetYPercent'"),
            std::string::npos);
  EXPECT_NE(problem_of([&] { overlay.add("a", at(0, 0, -1, 1)); }).find("'widthPercent'"), std::string::npos);
  EXPECT_NE(problem_of([&] { overlay.add("a", at(0, 0, 1, 1e30)); }).find("'heightPercent'"),
            std::string::npos);
  for (std::size_t i = 0; i < ImageOverlay::kMostImages; ++i) overlay.add(std::to_string(i), at(0, 0, 1, 1));
  overlay.add("3", at(0, 0, 1, 1));
  EXPECT_NE(problem_of([&] { overlay.add("x", at(0, 0, 1, 1)); }).find("64"), std::string::npos);
}

}  // namespace kaskado::filters
