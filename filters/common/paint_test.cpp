#include "common/paint.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "testing/test_picture.hpp"

namespace kaskado::filters {

TEST(Paint, FillsAndClips) {
  TestPicture picture(33, 21);
  fill(picture.view(), {30, 18, 100, 100}, kRed);
  fill(picture.view(), {-5, -5, 7, 7}, kGreen);
  EXPECT_TRUE(near(picture.at(32, 20), kRed, 0));
  EXPECT_TRUE(near(picture.at(0, 0), kGreen, 0));
  EXPECT_TRUE(near(picture.at(10, 10), kBlack, 0));
  EXPECT_TRUE(picture.intact());
}

TEST(Paint, OutlinesAreHollow) {
  TestPicture picture(64, 48);
  outline(picture.view(), cv::Rect(8, 8, 24, 16), 2, kWhite);
  EXPECT_EQ(picture.at(8, 8).y, kWhite.y);
  EXPECT_EQ(picture.at(31, 23).y, kWhite.y);
  EXPECT_EQ(picture.at(20, 15).y, kBlack.y);
  EXPECT_EQ(picture.at(32, 24).y, kBlack.y);
}

TEST(Paint, WritesLettersThatCanBeSeen) {
  TestPicture picture(200, 60, kGreen);
  write(picture.view(), "Hé\n" + std::string(500, 'x'), {10, 50}, 20);
  double brightest = 0;
  cv::minMaxLoc(picture.view().luma()(cv::Rect(10, 20, 100, 30)), nullptr, &brightest);
  EXPECT_EQ(brightest, kWhite.y);
  EXPECT_TRUE(picture.intact());
}

TEST(Paint, AnyPlaceOnAnySize) {
  for (const cv::Size size : kOddSizes) {
    TestPicture picture(size.width, size.height);
    for (const int at : {-1000, -1, 0, 15, 5000}) {
      outline(picture.view(), cv::Rect(at, at, 20, 20), 3, kRed);
      outline(picture.view(), std::vector<cv::Point>{{at, at}, {at + 30, at}, {3, at + 9}}, 2, kRed);
      disc(picture.view(), {at, at}, 9, kBlue);
      write(picture.view(), "text", {at, at}, 10);
    }
    EXPECT_TRUE(picture.intact());
  }
}

}  // namespace kaskado::filters
