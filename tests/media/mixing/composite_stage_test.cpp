#include "media/mixing/composite_stage.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "media/mixing/alpha_blending.hpp"
#include "media/mixing/grid_layout.hpp"
#include "mixing/audio_test_support.hpp"
#include "mixing/video_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using namespace std::chrono_literals;

template <typename Frame>
struct Collector final : FrameSink<Frame> {
  void take(const Frame& frame) override { frames.push_back(frame); }
  std::vector<Frame> frames;
};
using Viewer = Collector<VideoFrame>;
using Ear = Collector<AudioFrame>;

class CompositeStageTest : public testing::Test {
 protected:
  // Ticks every 5 ms, as a timer might.
  void run(base::Duration time) {
    for (const base::Duration end = now_ + time; now_ < end; now_ += 5ms) stage.tick(at(now_));
  }

  CompositeStage stage{std::make_shared<GridLayout>(640, 360), 25, at(0ms)};
  base::Duration now_{};
};

TEST_F(CompositeStageTest, GivesPicturesAndSoundOfAllPorts) {
  const auto first = stage.join(PortId{1}), second = stage.join(PortId{2}, "Ann");
  ASSERT_TRUE(first && second);
  const auto viewer = std::make_shared<Viewer>();
  const auto first_ear = std::make_shared<Ear>(), second_ear = std::make_shared<Ear>(),
             ear = std::make_shared<Ear>();
  stage.pictures()->add(viewer);
  first->heard()->add(first_ear);
  second->heard()->add(second_ear);
  stage.whole_mix()->add(ear);
  first->pictures()->take(frame(picture(320, 180, kRed), 0ms));
  second->pictures()->take(frame(picture(320, 180, kGreen), 0ms));
  Tone tone(400, 5000);
  for (int i = 0; i < 10; ++i) {
    first->sound()->take(tone.frame(i * 20ms));
    run(20ms);
  }
  ASSERT_EQ(viewer->frames.size(), 5u);
  EXPECT_EQ(seen(*viewer->frames[1].picture, 100, 180), kRed);
  EXPECT_EQ(seen(*viewer->frames[1].picture, 400, 180), kGreen);
  EXPECT_EQ(viewer->frames[4].time, at(160ms));
  ASSERT_EQ(second_ear->frames.size(), 10u);
  Recording heard, own;
  for (std::size_t i = 3; i < 10; ++i) {
    heard.add(second_ear->frames[i]);
    own.add(first_ear->frames[i]);
  }
  EXPECT_GT(heard.peak(), 4990);
  EXPECT_EQ(own.peak(), 0);
  EXPECT_EQ(ear->frames[9].samples, second_ear->frames[9].samples);
  EXPECT_NEAR(stage.level_dbov(PortId{1}), -19.3, 0.2);
  EXPECT_EQ(stage.picture_state(PortId{2}), VideoCompositor::InputState::live);
}

TEST_F(CompositeStageTest, JoinsAPortOnce) {
  EXPECT_TRUE(stage.join(PortId{1}));
  EXPECT_FALSE(stage.join(PortId{1}));
  for (std::uint32_t i = 2; i <= VideoCompositor::kMaxInputs; ++i) ASSERT_TRUE(stage.join(PortId{i}));
  EXPECT_FALSE(stage.join(PortId{100'000}));
}

TEST_F(CompositeStageTest, TakesNothingFromPortsThatLeft) {
  const auto viewer = std::make_shared<Viewer>();
  stage.pictures()->add(viewer);
  const auto port = stage.join(PortId{1});
  const auto shown = picture(320, 180, kRed);
  port->pictures()->take(frame(shown, 0ms));
  run(100ms);
  EXPECT_EQ(seen(*viewer->frames.back().picture, 100, 100), kRed);
  stage.leave(PortId{1});
  stage.leave(PortId{1});
  port->pictures()->take(frame(shown, 100ms));
  port->sound()->take(Tone(400, 4000).frame(100ms));
  run(100ms);
  EXPECT_EQ(seen(*viewer->frames.back().picture, 100, 100), kBlack);
  viewer->frames.clear();
  EXPECT_EQ(shown.use_count(), 1) << "let go";
}

TEST_F(CompositeStageTest, DoesNotBurstAfterAStall) {
  const auto port = stage.join(PortId{1});
  const auto viewer = std::make_shared<Viewer>();
  const auto ear = std::make_shared<Ear>();
  stage.pictures()->add(viewer);
  port->heard()->add(ear);
  run(40ms);
  viewer->frames.clear();
  ear->frames.clear();
  stage.tick(at(2s));
  EXPECT_EQ(viewer->frames.size(), 1u);
  EXPECT_EQ(ear->frames.size(), 5u);
  EXPECT_EQ(ear->frames.front().time, at(1920ms));
  EXPECT_EQ(stage.deadline(), at(2020ms));
}

TEST_F(CompositeStageTest, MakesNothingThatNobodyTakes) {
  const auto port = stage.join(PortId{1});
  const auto shown = picture(320, 180, kRed);
  port->pictures()->take(frame(shown, 0ms));
  for (int i = 0; i < 100; ++i) {
    port->sound()->take(Tone(400, 4000).frame(i * 20ms));
    run(20ms);
  }
  EXPECT_EQ(stage.picture_state(PortId{1}), VideoCompositor::InputState::waiting);
  EXPECT_EQ(stage.level_dbov(PortId{1}), AudioMixer::kSilence_dbov);
}

// Pictures wait for sound that comes late.
TEST_F(CompositeStageTest, KeepsLipsWithWhatIsHeard) {
  const auto port = stage.join(PortId{1});
  const auto viewer = std::make_shared<Viewer>();
  stage.pictures()->add(viewer);
  stage.whole_mix()->add(std::make_shared<Ear>());
  Tone tone(400, 4000);
  const auto red = picture(640, 360, kRed), blue = picture(640, 360, kBlue);
  base::Duration changed{};
  for (int i = 0; i < 100; ++i) {
    port->pictures()->take(frame(i < 50 ? red : blue, i * 20ms));
    if (i >= 5) port->sound()->take(tone.frame((i - 5) * 20ms));  // 100 ms late
    run(20ms);
    if (changed == 0ms && !viewer->frames.empty() && seen(*viewer->frames.back().picture, 9, 9) == kBlue)
      changed = i * 20ms;
  }
  EXPECT_NEAR(base::to_seconds(changed), 1.0 + 0.040 + 0.090, 0.04);
}

TEST_F(CompositeStageTest, TellsItsLayoutWhoLeft) {
  const auto layout = std::make_shared<AlphaBlending>();
  CompositeStage blending(layout, 30, at(0ms));
  const auto viewer = std::make_shared<Viewer>();
  blending.pictures()->add(viewer);
  const auto port = blending.join(PortId{1});
  blending.join(PortId{2});
  layout->set_port_properties(PortId{2}, {.relative_width = 0.5, .z_order = 9});
  blending.leave(PortId{2});
  const auto again = blending.join(PortId{2});
  port->pictures()->take(frame(picture(320, 240, kRed), 0ms));
  again->pictures()->take(frame(picture(320, 240, kGreen), 0ms));
  blending.tick(at(100ms));
  EXPECT_EQ(seen(*viewer->frames.back().picture, 10, 10), kRed);  // order 1 is below the first port's 5
}

TEST(FrameInbox, LeavesOutTheOldest) {
  FrameInbox<AudioFrame> inbox(3);
  for (int i = 0; i < 5; ++i) inbox.take({.time = at(1ms * i)});
  EXPECT_EQ(inbox.left_out(), 2u);
  std::vector<base::Instant> times;
  inbox.empty([&](const AudioFrame& frame) { times.push_back(frame.time); });
  EXPECT_EQ(times, (std::vector{at(2ms), at(3ms), at(4ms)}));
  inbox.close();
  inbox.take({});
  inbox.empty([&](const AudioFrame&) { ADD_FAILURE(); });
}

}  // namespace
}  // namespace kaskado::media
