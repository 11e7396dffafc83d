#include "media/video_encode_stage.hpp"

#include <gtest/gtest.h>

#include "stage_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;

struct VideoEncodeStageTest : ::testing::Test, StageWorld {
  VideoEncodeStageTest() { start({}); }
  void start(VideoEncodeSettings settings) {
    settings.strand = strand;
    settings.clock = clock;
    settings.output = [this](codec::EncodedFrame frame) { frames.push_back(std::move(frame)); };
    settings.make_encoder =
        [this](
            const codec::VideoEncoderSettings& asked) -> base::Result<std::unique_ptr<codec::VideoEncoder>> {
      if (encoders_fail) return base::Error{"none"};
      return {std::make_unique<FakeVideoEncoder>(asked_of, asked)};
    };
    stage = VideoEncodeStage::create(settings);
  }
  void take(base::Duration time, int width = 64, int height = 48) {
    stage->take({.picture = std::make_shared<codec::Picture>(width, height),
                 .time = at(time),
                 .arrived = now - 20ms});
  }
  // Each when the time has come.
  void play(base::Duration from, base::Duration to, base::Duration interval) {
    for (base::Duration t = from; t < to; t += interval) {
      now = at(t);
      take(t);
      run();
    }
  }
  std::vector<base::Duration> key_frames() const {
    std::vector<base::Duration> times;
    for (const auto& frame : frames)
      if (frame.key_frame) times.push_back(frame.time - at(0s));
    return times;
  }
  using Times = std::vector<base::Duration>;

  Encodings asked_of;
  bool encoders_fail = false;
  std::vector<codec::EncodedFrame> frames;
  std::shared_ptr<VideoEncodeStage> stage;
};

TEST_F(VideoEncodeStageTest, GivesEachPictureWithItsTimes) {
  play(0ms, 120ms, 40ms);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_TRUE(frames[0].key_frame);
  EXPECT_EQ(frames[2].time, at(80ms));
  EXPECT_EQ(frames[2].rtp_time, 100'080 * 90);
  EXPECT_EQ(frames[2].clock_rate, 90'000u);
  EXPECT_EQ(frames[2].arrived, at(60ms));
  EXPECT_EQ(asked_of.made[0].times, (Times{0ms, 40ms, 80ms}));
  EXPECT_EQ(stage->input_latency(), 20ms);
  EXPECT_EQ(stage->encoded_size(), (codec::PictureSize{64, 48}));
}

TEST_F(VideoEncodeStageTest, LeavesOutTheOldestThatWaits) {
  for (int i = 0; i < 5; ++i) take(i * 40ms);
  run();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].time, at(120ms));
  EXPECT_EQ(frames[1].time, at(160ms));
  EXPECT_EQ(stage->statistics().frames_dropped, 3u);
}

TEST_F(VideoEncodeStageTest, ServesTheFirstWishAtOnceAndOthersNotTooOften) {
  play(0ms, 1s, 40ms);
  stage->wish_key_frame();
  play(1s, 1080ms, 40ms);
  stage->wish_key_frame();
  stage->wish_key_frame();
  play(1080ms, 2s, 40ms);
  EXPECT_EQ(key_frames(), (Times{0ms, 1s, 1320ms}));
}

TEST_F(VideoEncodeStageTest, TakesTheFirstPictureForAServedWish) {
  stage->wish_key_frame();
  play(0ms, 1s, 40ms);
  EXPECT_EQ(key_frames(), (Times{0ms}));
}

TEST_F(VideoEncodeStageTest, KeepsAWishThatRateControlLeftOut) {
  play(0ms, 400ms, 40ms);
  asked_of.leave_out = true;
  stage->wish_key_frame();
  play(400ms, 480ms, 40ms);
  asked_of.leave_out = false;
  play(480ms, 600ms, 40ms);
  EXPECT_EQ(key_frames(), (Times{0ms, 480ms}));
  EXPECT_EQ(stage->statistics().frames_dropped, 2u);
}

TEST_F(VideoEncodeStageTest, LimitsTheFramesOfASecond) {
  start({.most_frames_per_second = 15});
  play(0ms, 10s, 33ms);
  EXPECT_NEAR(static_cast<double>(frames.size()), 150, 3);
  frames.clear();
  stage->set_most_frames_per_second(0);
  play(10s, 11s, 33ms);
  EXPECT_EQ(frames.size(), 31u);
  frames.clear();
  // Not less where they come at that rate, a little unevenly.
  stage->set_most_frames_per_second(25);
  for (int i = 0; i < 100; ++i) {
    take(12s + i * 40ms + (i % 3) * 4ms);
    run();
  }
  EXPECT_EQ(frames.size(), 100u);
  // A gap is not made up for.
  frames.clear();
  play(20s, 21s, 10ms);
  EXPECT_NEAR(static_cast<double>(frames.size()), 25, 2);
}

TEST_F(VideoEncodeStageTest, HandsOnTheBitrate) {
  play(0ms, 40ms, 40ms);
  stage->set_bitrate(1'000'000);
  play(40ms, 120ms, 40ms);
  EXPECT_EQ(asked_of.made[0].settings.bitrate_bps, 300'000);
  EXPECT_EQ(asked_of.made[0].bitrates, (std::vector{1'000'000}));
}

TEST_F(VideoEncodeStageTest, MakesANewEncoderWhereTheSizeChanges) {
  take(0ms, 64, 48);
  run();
  take(40ms, 65, 49);  // but for the odd ones the same
  run();
  take(80ms, 128, 96);
  run();
  stage->set_bitrate(500'000);
  stage->set_size({320, 180});
  take(120ms, 128, 96);
  run();
  ASSERT_EQ(asked_of.made.size(), 3u);
  EXPECT_EQ(asked_of.made[1].settings.width, 128);
  EXPECT_EQ(asked_of.made[2].settings.width, 320);
  EXPECT_EQ(asked_of.made[2].settings.bitrate_bps, 500'000);
  EXPECT_EQ(asked_of.made[2].times, (Times{120ms})) << "time goes on";
  EXPECT_TRUE(frames[3].key_frame);
  EXPECT_EQ(stage->encoded_size(), (codec::PictureSize{320, 180}));
}

TEST_F(VideoEncodeStageTest, GivesTimesThatOnlyGrow) {
  const int seconds[] = {0, 1, 1, 5, 2, 3, 4};  // begins over at 2
  for (const int second : seconds) {
    now = at(second * 1s);
    take(second * 1s);
    run();
  }
  ASSERT_EQ(frames.size(), 6u) << "the same time again is left out";
  for (std::size_t i = 1; i < frames.size(); ++i) {
    EXPECT_GT(frames[i].time, frames[i - 1].time);
    EXPECT_GT(frames[i].rtp_time, frames[i - 1].rtp_time);
  }
  EXPECT_EQ(frames[5].rtp_time - frames[4].rtp_time, 90'000) << "and goes on from there";
}

TEST_F(VideoEncodeStageTest, CountsWhatEncodersCannotDo) {
  asked_of.fail = true;
  play(0ms, 80ms, 40ms);
  EXPECT_EQ(stage->statistics().errors, 2u);
  encoders_fail = true;
  start({});
  play(80ms, 200ms, 40ms);
  EXPECT_EQ(stage->statistics().errors, 1u) << "made once for a size";
  EXPECT_EQ(stage->statistics().frames_dropped, 3u);
  EXPECT_TRUE(frames.empty());
  take(1s, 1, 1);
  run();
}

}  // namespace
}  // namespace kaskado::media
