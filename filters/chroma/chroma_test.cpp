#include <gtest/gtest.h>

#include <stdexcept>

#include "chroma_key.hpp"
#include "testing/test_picture.hpp"

namespace kaskado::filters {

namespace {

constexpr Colour kScreen = Colour::from_rgb(30, 190, 60);
constexpr Colour kSkin = Colour::from_rgb(224, 172, 140);

// Somebody in front of a green screen that is a little noisy.
TestPicture scene(int width = 160, int height = 120) {
  TestPicture picture(width, height, kScreen);
  cv::RNG random(7);
  cv::Mat luma = picture.view().luma();
  for (int i = 0; i < width * height; ++i)
    luma.at<std::uint8_t>(i / width, i % width) += static_cast<std::uint8_t>(random.uniform(0, 9));
  fill(picture.view(), {width / 3, height / 3, width / 3, height * 2 / 3}, kSkin);
  return picture;
}

void calibrate(ChromaKey& key) {
  for (int i = 0; i < ChromaKey::kCalibrationPictures; ++i) {
    TestPicture picture = scene();
    key.process(picture.view());
  }
  ASSERT_TRUE(key.calibrated());
}

std::string problem_with(const cv::Rect& window) {
  try {
    ChromaKey key(window);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST(ChromaKey, PutsTheImageBehind) {
  ChromaKey key({2, 2, 40, 30});
  key.set_background(Sprite(plain_image(8, 8, 0, 0, 255)));
  calibrate(key);
  TestPicture picture = scene();
  key.process(picture.view());
  for (const cv::Point at : {cv::Point(4, 4), cv::Point(150, 10), cv::Point(20, 110), cv::Point(45, 60)})
    EXPECT_TRUE(near(picture.at(at.x, at.y), kBlue, 4)) << at;
  for (const cv::Point at : {cv::Point(80, 60), cv::Point(58, 45), cv::Point(100, 115)})
    EXPECT_TRUE(near(picture.at(at.x, at.y), kSkin, 4)) << at;
}

TEST(ChromaKey, PutsBlackBehindWithoutAnImage) {
  ChromaKey key({2, 2, 40, 30});
  key.set_background(Sprite(plain_image(8, 8, 0, 0, 255)));
  calibrate(key);
  key.set_background({});
  TestPicture picture = scene();
  key.process(picture.view());
  EXPECT_TRUE(near(picture.at(4, 4), kBlack, 4));
  EXPECT_TRUE(near(picture.at(80, 60), kSkin, 4));
}

TEST(ChromaKey, OutlinesTheWindowWhileItLearns) {
  ChromaKey key({10, 10, 40, 30});
  TestPicture picture = scene();
  key.process(picture.view());
  EXPECT_FALSE(key.calibrated());
  EXPECT_TRUE(near(picture.at(10, 10), kBlue, 0));
  EXPECT_NEAR(picture.at(30, 20).u, kScreen.u, 1);
}

TEST(ChromaKey, AnySizeAlsoOneThatChanges) {
  ChromaKey key({100, 100, 4000, 4000});
  key.set_background(Sprite(plain_image(8, 8, 0, 0, 255)));
  for (int i = 0; i < 2 * ChromaKey::kCalibrationPictures; ++i) {
    for (const cv::Size size : kOddSizes) {
      TestPicture picture = scene(size.width, size.height);
      key.process(picture.view());
      ASSERT_TRUE(picture.intact());
    }
  }
}

TEST(ChromaKey, SaysWhichParameterIsWrong) {
  EXPECT_NE(problem_with({-1, 0, 5, 5}).find("topRightCornerX"), std::string::npos);
  EXPECT_NE(problem_with({0, -1, 5, 5}).find("topRightCornerY"), std::string::npos);
  EXPECT_NE(problem_with({0, 0, 0, 5}).find("width"), std::string::npos);
  EXPECT_NE(problem_with({0, 0, 5, -5}).find("height"), std::string::npos);
}

}  // namespace kaskado::filters
