#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "codec/video_codec.hpp"
#include "ivf.hpp"
#include "test_picture.hpp"
#include "verdict.hpp"

namespace kaskado::bench {
namespace {

TEST(TestPicture, tells_whose_and_which_it_is) {
  codec::Picture picture(640, 360);
  for (const PictureMark mark :
       {PictureMark{0, 0}, PictureMark{15, 511}, PictureMark{8, 299}, PictureMark{3, 170}}) {
    draw_test_picture(picture, mark);
    EXPECT_EQ(read_mark(picture, {0, 0, 640, 360}), mark);
  }
}

TEST(TestPicture, without_a_mark_tells_nothing) {
  codec::Picture picture(640, 360);
  draw_test_picture(picture, {});
  // The fields are 20 rows high.
  EXPECT_EQ(read_mark(picture, {16, 40, 600, 300}), std::nullopt);
}

class VerdictTest : public testing::Test {
 protected:
  VerdictTest() { std::filesystem::create_directories(directory_); }
  ~VerdictTest() override { std::filesystem::remove_all(directory_); }
  std::string path(const char* name) const { return (directory_ / name).string(); }

  // Pictures 0 to 27, each sent 10 ms before it came; what was made of them may be another.
  Judging recorded(unsigned drawn_source, int drawn_shift) const {
    auto encoder = codec::VideoEncoder::create(
                       {.codec = codec::CodecId::vp8, .width = 320, .height = 192, .bitrate_bps = 2'000'000})
                       .value();
    auto writer = IvfWriter::open(path("recorded.ivf"), codec::CodecId::vp8, 0, 0);
    std::ofstream log(path("sent"));
    codec::Picture picture(320, 192);
    for (int i = 0; i < 28; ++i) {
      const std::int64_t sent_ns = 1'000'000'000 + 33'000'000LL * i;
      log << sent_ns << ' ' << i << '\n';
      draw_test_picture(picture, {drawn_source, static_cast<unsigned>(i)});
      if (drawn_shift)
        std::fill_n(picture.y() + 40 * picture.stride_y(), 100 * picture.stride_y(), std::uint8_t{128});
      const auto encoded = encoder->encode(picture, std::chrono::milliseconds{33 * i}, i == 0);
      writer->add(*encoded->bytes, static_cast<std::uint64_t>(sent_ns + 10'000'000));
    }
    writer->flush();
    return {.recorded = path("recorded.ivf"), .sent_logs = {path("sent")}, .from_ns = 0, .to_ns = INT64_MAX};
  }

  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() /
      ("kaskado-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) +
       std::to_string(getpid()));
};

TEST_F(VerdictTest, right_pictures_have_no_fault_and_a_latency) {
  const auto verdict = judge(recorded(0, 0)).value();
  EXPECT_EQ(verdict.pictures, 28u);
  EXPECT_EQ(verdict.unreadable + verdict.unsent + verdict.different + verdict.undecodable + verdict.stale,
            0u);
  EXPECT_GT(verdict.least_psnr_db, 24);
  EXPECT_NEAR(static_cast<double>(verdict.latency.percentile(0.5).count()), 10e6, 0.4e6);
}

TEST_F(VerdictTest, only_what_came_in_the_window_is_looked_at) {
  Judging judging = recorded(0, 0);
  judging.from_ns = 1'000'000'000 + 33'000'000LL * 20;
  EXPECT_EQ(judge(judging)->pictures, 8u);
}

TEST_F(VerdictTest, pictures_of_another_source_are_a_fault) {
  EXPECT_EQ(judge(recorded(1, 0))->unreadable, 28u);
}

TEST_F(VerdictTest, pictures_that_look_otherwise_are_a_fault) {
  EXPECT_EQ(judge(recorded(0, 1))->different, 4u);  // of 28 every seventh is compared
}

TEST_F(VerdictTest, pictures_that_nobody_sent_are_a_fault) {
  const Judging judging = recorded(0, 0);
  std::ofstream(path("sent")) << "1000000000 0\n";
  EXPECT_EQ(judge(judging)->unsent, 27u);
}

}  // namespace
}  // namespace kaskado::bench
