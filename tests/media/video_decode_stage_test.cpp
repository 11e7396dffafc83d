#include "media/video_decode_stage.hpp"

#include <gtest/gtest.h>

#include "stage_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using codec::CodecId;

struct VideoDecodeStageTest : ::testing::Test, StageWorld {
  VideoDecodeStageTest() { start({}); }
  void start(EncodedVideoQueue::Bounds bounds) {
    stage = VideoDecodeStage::create(
        {.strand = strand,
         .clock = clock,
         .wish_key_frame = [this] { ++wishes; },
         .bounds = bounds,
         .make_decoder = [this](CodecId codec, auto) -> base::Result<std::unique_ptr<codec::VideoDecoder>> {
           made.push_back(codec);
           if (codec == CodecId::av1) return base::Error{"none"};
           auto decoder = std::make_unique<FakeVideoDecoder>();
           decoder->delays = codec == CodecId::h265;
           return {std::move(decoder)};
         }});
    stage->add(sink);
  }
  void take(std::uint8_t number, bool key = false, CodecId codec = CodecId::vp8, std::size_t bytes = 1) {
    std::vector<std::uint8_t> content(bytes, number);
    stage->take({.codec = codec,
                 .bytes = bytes_of(content),
                 .key_frame = key,
                 .time = at(number * 40ms),
                 .arrived = now - 5ms});
  }
  std::vector<int> shown() const {
    std::vector<int> numbers;
    for (const VideoFrame& frame : sink->frames) numbers.push_back(frame.picture->width() - 1);
    return numbers;
  }
  using Numbers = std::vector<int>;

  std::shared_ptr<KeepingSink<VideoFrame>> sink = std::make_shared<KeepingSink<VideoFrame>>();
  std::shared_ptr<VideoDecodeStage> stage;
  std::vector<CodecId> made;
  int wishes = 0;
};

TEST_F(VideoDecodeStageTest, ShowsPicturesWithTheirTimesOnTheStrand) {
  take(0, true);
  take(1);
  EXPECT_TRUE(sink->frames.empty());
  run();
  ASSERT_EQ(shown(), (Numbers{0, 1}));
  EXPECT_EQ(sink->frames[1].time, at(40ms));
  EXPECT_EQ(sink->frames[1].arrived, at(-5ms));
  EXPECT_EQ(wishes, 0);
  const StageStatistics told = stage->statistics();
  EXPECT_EQ(told.frames_in, 2u);
  EXPECT_EQ(told.frames_out, 2u);
  EXPECT_EQ(told.input_latency, 5ms);
  EXPECT_EQ(told.work.count(), 2u);
}

TEST_F(VideoDecodeStageTest, DropsToTheNextKeyFrameWhenTooMuchWaitsAndWishesOne) {
  start({.frames = 3});
  for (std::uint8_t i = 0; i < 7; ++i) take(i, i == 0);
  EXPECT_EQ(wishes, 1);
  run();
  EXPECT_TRUE(sink->frames.empty());
  take(7);
  take(8, true);
  take(9);
  run();
  EXPECT_EQ(shown(), (Numbers{8, 9}));
  EXPECT_EQ(wishes, 1);
  EXPECT_EQ(stage->statistics().frames_dropped, 8u);
}

TEST_F(VideoDecodeStageTest, BeginsWithAKeyFrame) {
  take(0);
  take(1);
  run();
  EXPECT_EQ(wishes, 1);
  take(2, true);
  take(3);
  run();
  EXPECT_EQ(shown(), (Numbers{2, 3}));
  EXPECT_EQ(stage->statistics().frames_dropped, 2u);
}

TEST_F(VideoDecodeStageTest, WishesAKeyFrameForWhatCannotBeDecoded) {
  take(0, true);
  take(kBroken);
  take(2);
  take(3);
  run();
  EXPECT_EQ(shown(), (Numbers{0}));
  EXPECT_EQ(wishes, 1);
  EXPECT_EQ(stage->statistics().errors, 1u);
  take(4, true);
  take(kBroken);
  run();
  EXPECT_EQ(shown(), (Numbers{0, 4}));
  EXPECT_EQ(wishes, 2);
}

TEST_F(VideoDecodeStageTest, ChangesTheCodecInTheStream) {
  take(0, true, CodecId::h265);
  take(1, false, CodecId::h265);
  take(2, true, CodecId::vp8);
  run();
  EXPECT_EQ(shown(), (Numbers{0, 1, 2})) << "with what the first had held back";
  EXPECT_EQ(made, (std::vector{CodecId::h265, CodecId::vp8}));
  EXPECT_EQ(sink->frames[1].time, at(40ms));
}

TEST_F(VideoDecodeStageTest, WishesNothingWhereThereIsNoDecoder) {
  take(0, true, CodecId::av1);
  take(1, false, CodecId::av1);
  run();
  EXPECT_EQ(made.size(), 1u);
  EXPECT_EQ(wishes, 0);
  EXPECT_EQ(stage->statistics().errors, 1u);
  EXPECT_EQ(stage->statistics().frames_dropped, 2u);
}

TEST_F(VideoDecodeStageTest, LivesUntilItsJobsHaveRun) {
  take(0, true);
  const std::weak_ptr<VideoDecodeStage> seen = stage;
  stage.reset();
  EXPECT_FALSE(seen.expired());
  run();
  EXPECT_TRUE(seen.expired());
  EXPECT_EQ(sink->frames.size(), 1u);
}

struct EncodedVideoQueueTest : ::testing::Test {
  EncodedVideoQueue::Pushed push(std::uint8_t number, bool key = false, std::size_t bytes = 1) {
    return queue.push({.bytes = bytes_of(std::vector<std::uint8_t>(bytes, number)), .key_frame = key});
  }
  std::vector<int> rest() {
    std::vector<int> numbers;
    while (auto frame = queue.pop()) numbers.push_back((*frame->bytes)[0]);
    return numbers;
  }
  EncodedVideoQueue queue{{.frames = 4, .bytes = 1000}};
};

TEST_F(EncodedVideoQueueTest, DropsAllAndWhatComesUntilAKeyFrame) {
  for (std::uint8_t i = 0; i < 4; ++i) EXPECT_TRUE(push(i, i == 0).queued);
  const auto pushed = push(4);
  EXPECT_FALSE(pushed.queued);
  EXPECT_EQ(pushed.dropped, 5u);
  EXPECT_TRUE(pushed.needs_key_frame);
  const auto next = push(5);
  EXPECT_EQ(next.dropped, 1u);
  EXPECT_FALSE(next.needs_key_frame) << "said once";
  EXPECT_TRUE(push(6, true).queued);
  EXPECT_TRUE(push(7).queued);
  EXPECT_EQ(rest(), (std::vector{6, 7}));
}

TEST_F(EncodedVideoQueueTest, KeepsAKeyFrameThatWaitsAndWhatStandsBehindIt) {
  for (std::uint8_t i = 0; i < 4; ++i) push(i, i == 2);
  const auto pushed = push(4);
  EXPECT_TRUE(pushed.queued);
  EXPECT_EQ(pushed.dropped, 2u);
  EXPECT_FALSE(pushed.needs_key_frame);
  EXPECT_EQ(rest(), (std::vector{2, 3, 4}));
}

TEST_F(EncodedVideoQueueTest, BeginsAnewWithAKeyFrame) {
  for (std::uint8_t i = 0; i < 4; ++i) push(i, i == 0);
  const auto pushed = push(4, true);
  EXPECT_TRUE(pushed.queued);
  EXPECT_EQ(pushed.dropped, 4u);
  EXPECT_EQ(rest(), (std::vector{4}));
}

TEST_F(EncodedVideoQueueTest, IsBoundedInBytes) {
  EXPECT_TRUE(push(0, true, 5000).queued) << "one fits always";
  EXPECT_TRUE(push(1).needs_key_frame);
  push(2, true, 600);
  EXPECT_TRUE(push(3, false, 399).queued);
  EXPECT_FALSE(push(4, false, 2).queued);
}

}  // namespace
}  // namespace kaskado::media
