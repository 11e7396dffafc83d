#include "common/colour_key.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "testing/test_picture.hpp"

namespace kaskado::filters {

namespace {

std::uint8_t match(const ColourKey& key, Colour colour) {
  TestPicture picture(16, 16, colour);
  cv::Mat mask;
  key.match(picture.view(), mask);
  return mask.at<std::uint8_t>(3, 3);
}

ColourKey learn(Colour colour) {
  ColourSample sample;
  TestPicture picture(32, 32, colour);
  sample.add(picture.view(), {0, 0, 32, 32});
  return {sample, {}};
}

}  // namespace

TEST(ColourKey, KnowsItsColourAlsoInShadow) {
  const ColourKey key = learn(Colour::from_rgb(20, 200, 40));
  EXPECT_EQ(match(key, Colour::from_rgb(20, 200, 40)), 255);
  EXPECT_EQ(match(key, Colour::from_rgb(14, 140, 28)), 255);
  EXPECT_EQ(match(key, Colour::from_rgb(220, 180, 160)), 0);
  EXPECT_EQ(match(key, Colour::from_rgb(30, 40, 220)), 0);
  EXPECT_EQ(match(key, kBlack), 0);
  EXPECT_EQ(match(key, kWhite), 0);
}

TEST(ColourKey, KnowsGreyByItsBrightness) {
  const ColourKey key = learn(Colour::from_rgb(200, 200, 200));
  EXPECT_EQ(match(key, Colour::from_rgb(205, 200, 198)), 255);
  EXPECT_EQ(match(key, Colour::from_rgb(90, 90, 90)), 0);
  EXPECT_EQ(match(key, Colour::from_rgb(20, 200, 40)), 0);
}

TEST(ColourKey, OfNothingMatchesNothing) {
  EXPECT_EQ(match(ColourKey(ColourSample(), {}), kGreen), 0);
}

TEST(Clip, KeepsAtLeastOnePixelOfThePicture) {
  constexpr int kMost = std::numeric_limits<int>::max();
  TestPicture picture(17, 16);
  EXPECT_EQ(clip({5, 6, 4, 3}, picture.view()), cv::Rect(5, 6, 4, 3));
  EXPECT_EQ(clip({10, 10, kMost, kMost}, picture.view()), cv::Rect(10, 10, 7, 6));
  EXPECT_EQ(clip({kMost, kMost, kMost, kMost}, picture.view()), cv::Rect(16, 15, 1, 1));
  EXPECT_EQ(clip({-kMost, -kMost, 5, 5}, picture.view()), cv::Rect(0, 0, 1, 1));
}

}  // namespace kaskado::filters
