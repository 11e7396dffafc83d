#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "content.hpp"
#include "ivf.hpp"
#include "recorder.hpp"

namespace kaskado::bench {
namespace {

class CodedFramesTest : public testing::Test {
 protected:
  CodedFramesTest() { std::filesystem::create_directories(directory_); }
  ~CodedFramesTest() override { std::filesystem::remove_all(directory_); }

  std::string path(const char* name) const { return (directory_ / name).string(); }

  // VP8 by the looks of it (RFC 6386 §9.1): the lowest bit of a key frame's first byte is 0.
  static std::vector<std::uint8_t> frame(std::size_t bytes, bool key_frame, std::uint8_t filling) {
    std::vector<std::uint8_t> made(bytes, filling);
    made[0] = key_frame ? 0x10 : 0x11;
    if (key_frame)
      std::copy_n(std::initializer_list<std::uint8_t>{0x9d, 0x01, 0x2a, 16, 0, 16, 0}.begin(), 7,
                  made.begin() + 3);
    return made;
  }

  // Three frames; the encoder left the one between the second and the third out.
  std::shared_ptr<const IvfFile> file() const {
    auto writer = IvfWriter::open(path("made.ivf"), codec::CodecId::vp8, 640, 360);
    EXPECT_TRUE(writer->add(frame(3000, true, 1), 0));
    EXPECT_TRUE(writer->add(frame(50, false, 2), 1));
    EXPECT_TRUE(writer->add(frame(2000, false, 3), 3));
    EXPECT_TRUE(writer->flush());
    return std::make_shared<const IvfFile>(IvfFile::read(path("made.ivf")).value());
  }

  const std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() /
      ("kaskado-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) +
       std::to_string(getpid()));
};

TEST_F(CodedFramesTest, a_file_is_read_as_it_was_written) {
  const auto read = file();
  EXPECT_EQ(read->codec, codec::CodecId::vp8);
  EXPECT_EQ(read->width, 640);
  EXPECT_EQ(read->height, 360);
  ASSERT_EQ(read->frames.size(), 3u);
  EXPECT_EQ(*read->frames[2].bytes, frame(2000, false, 3));
  EXPECT_EQ(read->frames[2].stamp, 3u);
}

TEST_F(CodedFramesTest, a_last_frame_that_is_cut_short_is_left_out) {
  file();
  std::filesystem::resize_file(path("made.ivf"), std::filesystem::file_size(path("made.ivf")) - 1);
  EXPECT_EQ(IvfFile::read(path("made.ivf"))->frames.size(), 2u);
}

TEST_F(CodedFramesTest, what_is_no_such_file_is_refused) {
  std::ofstream(path("other")) << "something else, that is long enough to be a header";
  EXPECT_FALSE(IvfFile::read(path("other")));
  EXPECT_FALSE(IvfFile::read(path("missing")));
}

TEST_F(CodedFramesTest, frames_are_sent_at_their_times_and_recorded_as_they_were) {
  auto content = make_coded_frames({file(), 10, path("sent")}).value();
  auto recorder = Recorder::open(path("recorded.ivf"), codec::CodecId::vp8).value();
  std::vector<std::int64_t> due_ms;
  std::array<std::uint8_t, 1500> room{};
  std::uint16_t sequence = 65534;  // wraps
  for (int frames = 0; frames < 4;) {
    due_ms.push_back(base::to_ms(content->due()));
    const Content::Part part = content->write(room);
    recorder->add({.sequence = {sequence++}, .marker = part.marker}, base::Bytes(room).first(part.bytes),
                  {7});
    EXPECT_EQ(part.ticks, due_ms.back() * 90);
    frames += part.marker;
  }
  recorder->flush();
  // The first again comes a frame's time after the last.
  EXPECT_EQ(due_ms, (std::vector<std::int64_t>{0, 0, 0, 100, 300, 300, 400, 400, 400}));
  const auto recorded = IvfFile::read(path("recorded.ivf"));
  ASSERT_EQ(recorded->frames.size(), 4u);
  EXPECT_EQ(*recorded->frames[0].bytes, frame(3000, true, 1));
  EXPECT_EQ(*recorded->frames[1].bytes, frame(50, false, 2));
  EXPECT_EQ(*recorded->frames[3].bytes, frame(3000, true, 1));
  EXPECT_EQ(recorded->frames[1].stamp, 7u);
  std::ifstream log(path("sent"));
  std::vector<int> numbers;
  for (std::int64_t at = 0, number = 0; log >> at >> number;) numbers.push_back(static_cast<int>(number));
  EXPECT_EQ(numbers, (std::vector<int>{0, 1, 3, 0}));
}

TEST_F(CodedFramesTest, a_wish_for_a_key_frame_begins_the_file_again) {
  auto content = make_coded_frames({file(), 30, ""}).value();
  std::array<std::uint8_t, 1500> room{};
  while (!content->write(room).marker) continue;
  content->wish_key_frame();
  const auto written = content->write(room);
  EXPECT_FALSE(written.marker);  // of the first frame, which takes three packets
  EXPECT_EQ(written.ticks, 3000u);
}

TEST_F(CodedFramesTest, what_is_skipped_is_not_due_any_more) {
  auto content = make_coded_frames({file(), 10, ""}).value();
  std::array<std::uint8_t, 1500> room{};
  while (!content->write(room).marker) continue;
  content->skip_to(std::chrono::milliseconds{1010});
  EXPECT_EQ(base::to_ms(content->due()), 1100);
  EXPECT_EQ(content->write(room).ticks, 99'000u);
}

TEST_F(CodedFramesTest, a_frame_with_a_packet_missing_is_not_recorded) {
  auto content = make_coded_frames({file(), 30, ""}).value();
  auto recorder = Recorder::open(path("recorded.ivf"), codec::CodecId::vp8).value();
  std::array<std::uint8_t, 1500> room{};
  for (std::uint16_t sequence = 0; sequence < 6; ++sequence) {
    const Content::Part part = content->write(room);
    if (sequence == 1) continue;
    recorder->add({.sequence = {sequence}, .marker = part.marker}, base::Bytes(room).first(part.bytes), {});
  }
  EXPECT_EQ(recorder->frames(), 2u);
  EXPECT_EQ(recorder->broken(), 1u);
}

}  // namespace
}  // namespace kaskado::bench
