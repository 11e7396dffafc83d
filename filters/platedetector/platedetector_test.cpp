#include <gtest/gtest.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "plate_reader.hpp"
#include "testing/test_picture.hpp"

namespace kaskado::filters {

namespace {

using std::chrono::milliseconds;

// A car's dark front with a white plate on it.
TestPicture car(const std::string& plate, int width = 640, int height = 480) {
  TestPicture picture(width, height, Colour::from_rgb(60, 60, 70));
  if (plate.empty()) return picture;
  const double scale = width / 640.0;
  const auto scaled = [&](int n) { return cvRound(n * scale); };
  fill(picture.view(), {scaled(200), scaled(200), scaled(240), scaled(56)}, kWhite);
  cv::Mat luma = picture.view().luma();
  cv::putText(luma, plate, {scaled(214), scaled(242)}, cv::FONT_HERSHEY_DUPLEX, 1.35 * scale, cv::Scalar(16),
              std::max(1, scaled(3)), cv::LINE_AA);
  return picture;
}

// Shows the same for so many pictures, a fifth of a second apart.
class Viewer {
 public:
  std::vector<std::string> show(TestPicture picture, int pictures) {
    std::vector<std::string> told;
    for (int i = 0; i < pictures; ++i) {
      if (const auto plate = reader.process(picture.view(), time_ += milliseconds(200)))
        told.push_back(*plate);
      EXPECT_TRUE(picture.intact());
    }
    return told;
  }
  PlateReader reader;

 private:
  std::chrono::nanoseconds time_{};
};

using Plates = std::vector<std::string>;

}  // namespace

TEST(PlateFinder, FindsThePlate) {
  PlateFinder finder;
  TestPicture picture = car("1234 BCD");
  const auto& plates = finder.find(picture.view());
  ASSERT_EQ(plates.size(), 1U);
  EXPECT_TRUE(plates[0].contains({230, 230}) && plates[0].contains({405, 230})) << plates[0];
  EXPECT_LT(plates[0].area(), 2 * 240 * 56);
}

TEST(PlateFinder, LeavesOutWhatIsOfAnotherWidth) {
  PlateFinder finder;
  TestPicture picture = car("1234 BCD");
  finder.set_width_share(0.1);
  EXPECT_TRUE(finder.find(picture.view()).empty());
  finder.set_width_share(0.35);
  EXPECT_EQ(finder.find(picture.view()).size(), 1U);
}

TEST(PlateReader, ReadsPlatesExactly) {
  Viewer viewer;
  EXPECT_EQ(viewer.show(car("1234 BCD"), 4), Plates{"1234BCD"});
  EXPECT_EQ(viewer.show(car("M KX 472"), 4), Plates{"MKX472"});
}

TEST(PlateReader, ReadsThemInLargePicturesToo) {
  Viewer viewer;
  EXPECT_EQ(viewer.show(car("8075 LMN", 1921, 1081), 4), Plates{"8075LMN"});
}

TEST(PlateReader, TellsAPlateOnceUntilItHasBeenAway) {
  Viewer viewer;
  EXPECT_EQ(viewer.show(car("1234 BCD"), 20).size(), 1U);
  EXPECT_EQ(viewer.show(car(""), 10).size(), 0U);
  EXPECT_EQ(viewer.show(car("1234 BCD"), 5).size(), 0U);
  EXPECT_EQ(viewer.show(car(""), 20).size(), 0U);
  EXPECT_EQ(viewer.show(car("1234 BCD"), 5).size(), 1U);
}

TEST(PlateReader, DoesNotReadMoreOftenThanItSays) {
  PlateReader reader;
  TestPicture picture = car("1234 BCD");
  int told = 0;
  for (int i = 0; i < 10; ++i) told += reader.process(picture.view(), milliseconds(19) * i).has_value();
  EXPECT_EQ(told, 0);
  EXPECT_TRUE(reader.process(picture.view(), milliseconds(200)));
}

TEST(PlateReader, TellsNothingOfAnEmptyRoadOrWords) {
  Viewer viewer;
  EXPECT_EQ(viewer.show(car(""), 5), Plates{});
  EXPECT_EQ(viewer.show(car("KASKADO"), 5), Plates{});
}

TEST(PlateReader, AnySize) {
  Viewer viewer;
  for (const cv::Size size : kOddSizes) viewer.show(car("1234 BCD", size.width, size.height), 3);
}

TEST(PlateReader, RefusesWidthsThatAreNone) {
  PlateFinder finder;
  for (const double share : {0.0, -0.5, 1.5, std::nan("")})
    EXPECT_THROW(finder.set_width_share(share), std::invalid_argument);
}

}  // namespace kaskado::filters
