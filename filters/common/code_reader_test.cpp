#include "common/code_reader.hpp"

#include <gtest/gtest.h>

#include "testing/codes.hpp"

namespace kaskado::filters {

namespace {

using std::chrono::milliseconds;

const Code kQr{"QR-Code", kQrText};

TestPicture with_qr_code(int module = 4, int width = 320, int height = 240) {
  TestPicture picture(width, height, kWhite);
  draw_qr_code(picture.view(), {width / 2 - 15 * module, height / 2 - 15 * module}, module);
  return picture;
}

}  // namespace

TEST(CodeReader, ReadsQrCodes) {
  CodeReader reader;
  TestPicture picture = with_qr_code();
  EXPECT_EQ(reader.read(picture.view(), milliseconds(0)), std::vector{kQr});
  TestPicture large = with_qr_code(20, 2560, 1440);
  EXPECT_EQ(CodeReader().read(large.view(), milliseconds(0)), std::vector{kQr});
}

TEST(CodeReader, ReadsBarCodes) {
  TestPicture picture(321, 121, kWhite);
  draw_ean13(picture.view(), {50, 20}, 2, 80, "4006381333931");
  EXPECT_EQ(CodeReader().read(picture.view(), milliseconds(0)),
            (std::vector<Code>{{"EAN-13", "4006381333931"}}));
}

TEST(CodeReader, ReadsNothingWhereNothingIs) {
  TestPicture picture(320, 240, kWhite);
  EXPECT_TRUE(CodeReader().read(picture.view(), milliseconds(0)).empty());
}

TEST(CodeReader, TellsACodeThatStaysEachSecond) {
  CodeReader reader;
  TestPicture picture = with_qr_code();
  std::vector<int> told;
  for (int ms = 0; ms <= 2500; ms += 50) {
    if (!reader.read(picture.view(), milliseconds(ms)).empty()) told.push_back(ms);
  }
  EXPECT_EQ(told, (std::vector<int>{0, 1000, 2000}));
}

TEST(CodeReader, TellsAnotherCodeAtOnce) {
  CodeReader reader;
  TestPicture qr = with_qr_code();
  TestPicture both(320, 400, kWhite);
  draw_qr_code(both.view(), {40, 20}, 4);
  draw_ean13(both.view(), {50, 250}, 2, 80, "4006381333931");
  EXPECT_EQ(reader.read(qr.view(), milliseconds(0)).size(), 1U);
  EXPECT_EQ(reader.read(both.view(), milliseconds(100)), (std::vector<Code>{{"EAN-13", "4006381333931"}}));
  EXPECT_TRUE(reader.read(qr.view(), milliseconds(200)).empty());
}

TEST(CodeReader, AnySize) {
  CodeReader reader;
  int ms = 0;
  for (const cv::Size size : kOddSizes) {
    TestPicture picture = with_qr_code(3, size.width, size.height);
    reader.read(picture.view(), milliseconds(ms += 200));
    EXPECT_TRUE(picture.intact());
  }
}

}  // namespace kaskado::filters
