#include "common/image.hpp"

#include <gtest/gtest.h>
#include <webp/encode.h>

#include "testing/png.hpp"
#include "testing/test_picture.hpp"

namespace kaskado::filters {

namespace {

// Red in its left half, and half transparent blue in its right.
const std::vector<std::uint8_t> kTwoPixels = {255, 0, 0, 255, 0, 0, 255, 128};

std::string problem_with(const std::vector<std::uint8_t>& bytes) {
  std::string problem;
  EXPECT_FALSE(decode_image(bytes, problem));
  return problem;
}

}  // namespace

TEST(DecodeImage, PngWithColoursTimesAlpha) {
  std::string problem;
  const auto image = decode_image(png_of(2, 1, kTwoPixels), problem);
  ASSERT_TRUE(image) << problem;
  EXPECT_EQ(image->rgba.at<cv::Vec4b>(0, 0), cv::Vec4b(255, 0, 0, 255));
  EXPECT_EQ(image->rgba.at<cv::Vec4b>(0, 1), cv::Vec4b(0, 0, 128, 128));
}

TEST(DecodeImage, Webp) {
  std::uint8_t* bytes = nullptr;
  const std::size_t size = WebPEncodeLosslessRGBA(kTwoPixels.data(), 2, 1, 8, &bytes);
  std::string problem;
  const auto image = decode_image({bytes, size}, problem);
  WebPFree(bytes);
  ASSERT_TRUE(image) << problem;
  EXPECT_EQ(image->rgba.at<cv::Vec4b>(0, 1), cv::Vec4b(0, 0, 128, 128));
}

TEST(DecodeImage, Jpeg) {
  std::string problem;
  const auto image = decode_image(read_file(KASKADO_TEST_DATA "/face.jpg"), problem);
  ASSERT_TRUE(image) << problem;
  EXPECT_EQ(image->rgba.size(), cv::Size(256, 256));
}

TEST(DecodeImage, SaysWhatIsWrong) {
  EXPECT_EQ(problem_with({}), "neither PNG nor JPEG nor WebP");
  EXPECT_EQ(problem_with({'G', 'I', 'F', '8'}), "neither PNG nor JPEG nor WebP");
  std::vector<std::uint8_t> cut = png_of(2, 1, kTwoPixels);
  cut.resize(cut.size() - 14);
  EXPECT_NE(problem_with(cut).find("not a readable PNG"), std::string::npos);
  std::vector<std::uint8_t> jpeg = read_file(KASKADO_TEST_DATA "/face.jpg");
  jpeg.resize(jpeg.size() / 2);
  EXPECT_NE(problem_with(jpeg).find("not a readable JPEG"), std::string::npos) << problem_with(jpeg);
  jpeg.resize(100);
  EXPECT_NE(problem_with(jpeg).find("not a readable JPEG"), std::string::npos) << problem_with(jpeg);
}

TEST(DecodeImage, RefusesLargeOnesByTheirHeader) {
  std::vector<std::uint8_t> png = png_of(2, 1, kTwoPixels);
  // IHDR with width 0x00010000 and its checksum.
  const std::uint8_t header[] = {0, 1, 0, 0, 0, 1, 0, 0, 8, 6, 0, 0, 0};
  std::copy(std::begin(header), std::end(header), png.begin() + 16);
  std::uint32_t sum = 0xFFFFFFFF;
  for (auto at = png.begin() + 12; at != png.begin() + 29; ++at) {
    sum ^= *at;
    for (int i = 0; i < 8; ++i) sum = sum >> 1 ^ (sum & 1 ? 0xEDB88320 : 0);
  }
  for (int i = 0; i < 4; ++i)
    png[static_cast<std::size_t>(29 + i)] = static_cast<std::uint8_t>(~sum >> (24 - 8 * i));
  EXPECT_NE(problem_with(png).find("too large: 65536 by 65536"), std::string::npos) << problem_with(png);
}

TEST(Sprite, FillsItsPlaceAndNothingElse) {
  TestPicture picture(65, 49);
  Sprite sprite(plain_image(3, 5, 255, 0, 0));
  sprite.draw(picture.view(), {10, 10, 20, 12});
  EXPECT_TRUE(near(picture.at(10, 10), kRed, 2));
  EXPECT_TRUE(near(picture.at(29, 21), kRed, 2));
  EXPECT_TRUE(near(picture.at(30, 22), kBlack, 0));
  EXPECT_TRUE(near(picture.at(9, 9), kBlack, 0));
}

TEST(Sprite, MixesByAlphaAndOpacity) {
  TestPicture picture(32, 32, kWhite);
  Sprite(plain_image(4, 4, 0, 0, 0, 128)).draw(picture.view(), {0, 0, 16, 16});
  Sprite(plain_image(4, 4, 0, 0, 0)).draw(picture.view(), {16, 16, 16, 16}, 0.25);
  EXPECT_NEAR(picture.at(5, 5).y, 126, 3);
  EXPECT_NEAR(picture.at(20, 20).y, 235 - 219 / 4, 3);
  EXPECT_NEAR(picture.at(5, 5).u, 128, 2);
}

TEST(Sprite, ShowsThePartOfItThatIsInThePicture) {
  // Left half red, right half blue.
  Image image = plain_image(20, 10, 255, 0, 0);
  image.rgba(cv::Rect(10, 0, 10, 10)).setTo(cv::Scalar(0, 0, 255, 255));
  TestPicture picture(64, 64);
  Sprite sprite(image);
  sprite.draw(picture.view(), {-200, 0, 400, 64});
  EXPECT_TRUE(near(picture.at(32, 32), kBlue, 3));
  sprite.draw(picture.view(), {-100, 0, 400, 64});
  EXPECT_TRUE(near(picture.at(32, 32), kRed, 3));
  sprite.draw(picture.view(), {-1'000'000, -1'000'000, 2'000'000, 2'000'000});
  sprite.draw(picture.view(), {64, 64, 10, 10});
  EXPECT_TRUE(picture.intact());
}

TEST(Sprite, AnyPlaceOnAnySize) {
  for (const cv::Size size : kOddSizes) {
    TestPicture picture(size.width, size.height);
    Sprite sprite(plain_image(7, 9, 1, 2, 3, 200));
    for (const int at : {-1000, -3, 0, 1, 14, 5000}) {
      for (const int side : {0, 1, 3, 200, 40'000}) sprite.draw(picture.view(), {at, at, side, side});
    }
    EXPECT_TRUE(picture.intact());
  }
}

}  // namespace kaskado::filters
