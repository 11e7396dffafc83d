#include <gtest/gtest.h>

#include <opencv2/aruco.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "marker_finder.hpp"
#include "testing/test_picture.hpp"

namespace kaskado::filters {

namespace {

void draw_marker(const PictureView& picture, int id, const cv::Rect& place) {
  cv::Mat marker;
  cv::aruco::drawMarker(cv::aruco::getPredefinedDictionary(cv::aruco::DICT_5X5_250), id, place.width, marker);
  marker.copyTo(picture.luma()(place));
}

TestPicture with_markers(const std::vector<std::pair<int, cv::Point>>& markers, int scale = 1) {
  TestPicture picture(480 * scale, 360 * scale, kWhite);
  for (const auto& [id, at] : markers)
    draw_marker(picture.view(), id, {at * scale, cv::Size(70 * scale, 70 * scale)});
  return picture;
}

const std::vector<MarkerFinder::Change>& process(MarkerFinder& finder, TestPicture& picture) {
  finder.find(picture.view());
  const TestPicture before = picture;
  finder.draw(picture.view());
  EXPECT_TRUE(finder.has_to_draw() || picture == before);
  return finder.changes();
}

// What was told over so many pictures, as "id:count(difference)".
std::string show(MarkerFinder& finder, const std::vector<std::pair<int, cv::Point>>& markers,
                 int pictures = 1) {
  std::string told;
  for (int i = 0; i < pictures; ++i) {
    TestPicture picture = with_markers(markers);
    for (const auto& change : process(finder, picture))
      told += std::to_string(change.id) + ":" + std::to_string(change.count) + "(" +
              std::to_string(change.difference) + ") ";
  }
  return told;
}

}  // namespace

TEST(MarkerFinder, CountsMarkersAsTheyComeAndGo) {
  MarkerFinder finder;
  EXPECT_EQ(show(finder, {}, 3), "");
  EXPECT_EQ(show(finder, {{7, {40, 40}}}, 3), "7:1(1) ");
  EXPECT_EQ(show(finder, {{7, {40, 40}}, {7, {200, 40}}, {249, {200, 200}}}, 3), "7:2(1) 249:1(1) ");
  EXPECT_EQ(show(finder, {{249, {200, 200}}}, MarkerFinder::kPicturesUntilGone - 1), "");
  EXPECT_EQ(show(finder, {{249, {200, 200}}}, 2), "7:0(-2) ");
  EXPECT_EQ(show(finder, {{249, {210, 190}}}, 9), "");
}

TEST(MarkerFinder, FindsThemInLargePicturesToo) {
  MarkerFinder finder;
  TestPicture picture = with_markers({{12, {100, 100}}}, 4);
  const auto& changes = process(finder, picture);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].id, 12);
}

TEST(MarkerFinder, LaysTheImageOverTheMarker) {
  MarkerFinder finder;
  finder.set_image(plain_image(10, 10, 0, 0, 255));
  TestPicture picture = with_markers({{7, {100, 100}}});
  process(finder, picture);
  for (const cv::Point at : {cv::Point(104, 104), cv::Point(165, 165), cv::Point(135, 135)})
    EXPECT_TRUE(near(picture.at(at.x, at.y), kBlue, 4)) << at;
  EXPECT_TRUE(near(picture.at(90, 90), kWhite, 1));
  finder.set_scale(1.5);
  picture = with_markers({{7, {100, 100}}});
  process(finder, picture);
  EXPECT_TRUE(near(picture.at(90, 90), kBlue, 4));
  EXPECT_TRUE(near(picture.at(75, 75), kWhite, 1));
}

TEST(MarkerFinder, TurnsTheImageWithTheMarker) {
  Image image = plain_image(20, 20, 0, 0, 255);
  image.rgba(cv::Rect(0, 0, 20, 10)).setTo(cv::Scalar(255, 0, 0, 255));  // its upper half is red
  MarkerFinder finder;
  finder.set_image(image);
  TestPicture picture = with_markers({{7, {100, 100}}});
  cv::Mat luma = picture.view().luma(), turned;
  cv::rotate(luma, turned, cv::ROTATE_180);
  turned.copyTo(luma);
  process(finder, picture);
  EXPECT_TRUE(near(picture.at(345, 205), kBlue, 4));
  EXPECT_TRUE(near(picture.at(345, 245), kRed, 4));
}

TEST(MarkerFinder, WritesTextAndDebugging) {
  MarkerFinder finder;
  const auto changed = [&] {
    TestPicture picture = with_markers({{7, {200, 100}}});
    process(finder, picture);
    return !(picture == with_markers({{7, {200, 100}}}));
  };
  EXPECT_FALSE(changed());
  finder.set_debug_level(1);
  EXPECT_TRUE(changed());
  finder.set_debug_level(0);
  finder.set_text("hello");
  EXPECT_TRUE(changed());
  finder.set_text("");
  EXPECT_FALSE(changed());
}

TEST(MarkerFinder, AnySize) {
  MarkerFinder finder;
  finder.set_image(plain_image(300, 3, 1, 2, 3));
  finder.set_scale(MarkerFinder::kMostScale);
  finder.set_text("text");
  finder.set_debug_level(2);
  for (const cv::Size size : kOddSizes) {
    TestPicture picture(size.width, size.height, kWhite);
    const int side = std::min({size.width, size.height, 100}) * 3 / 4;
    draw_marker(picture.view(), 3, {size.width / 8, size.height / 8, side, side});
    process(finder, picture);
    EXPECT_TRUE(picture.intact());
  }
}

TEST(MarkerFinder, RefusesScalesThatAreNone) {
  MarkerFinder finder;
  for (const double scale : {0.0, -1.0, 21.0, std::nan("")})
    EXPECT_THROW(finder.set_scale(scale), std::invalid_argument);
}

}  // namespace kaskado::filters
