#include "media/mixing/audio_input.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "mixing/audio_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using namespace std::chrono_literals;

// Hears an input at ticks of 20 ms; times are those at which sound is due.
class Listener {
 public:
  void hear(base::Duration time) {
    for (const base::Duration end = now_ + time; now_ < end; now_ += kBlockDuration) {
      const AudioInputBlock block = input.next(at(now_));
      const std::vector<std::int16_t> silence(kBlockSamples);
      for (const std::int16_t sample : block.samples.empty() ? std::span(silence) : block.samples)
        heard.push_back(sample);
      if (!block.samples.empty()) last_arrived = block.arrived;
    }
  }
  int steepest() const {
    int most = 0;
    for (std::size_t i = 1; i < heard.size(); ++i) most = std::max(most, std::abs(heard[i] - heard[i - 1]));
    return most;
  }
  base::Duration now() const { return now_; }

  AudioInput input;
  std::vector<int> heard;
  base::Instant last_arrived{};

 private:
  base::Duration now_{};
};

std::vector<std::int16_t> constant(int count, std::int16_t value) {
  return std::vector<std::int16_t>(static_cast<std::size_t>(count), value);
}

TEST(AudioInput, IsSilentWithoutFrames) {
  AudioInput input;
  EXPECT_TRUE(input.next(at(0ms)).samples.empty());
  EXPECT_EQ(input.channels(), 0);
}

TEST(AudioInput, PlaysSoundAtItsTime) {
  Listener listener;
  listener.input.take(sound(constant(960, 1000), 50ms));
  listener.hear(100ms);
  EXPECT_EQ(listener.heard[2399], 0);  // 50 ms are 2400 samples
  EXPECT_GT(listener.heard[2400 + 10], 0);
  EXPECT_EQ(listener.heard[2400 + 480], 1000);
  EXPECT_EQ(listener.heard[2400 + 959], 1000);
  EXPECT_EQ(listener.heard[2400 + 960 + 480], 0);  // has faded out
  EXPECT_EQ(listener.steepest(), 4);               // 1000 in 10 ms
  EXPECT_EQ(listener.input.shift(), 0ms);
  EXPECT_EQ(listener.input.underruns(), 1u);
}

TEST(AudioInput, LeavesOutWhatIsNoSound) {
  Listener listener;
  listener.input.take({});
  listener.input.take(sound({}, 0ms));
  listener.input.take(sound(constant(960, 1000), 0ms, 0));
  listener.input.take(sound(constant(960, 1000), 0ms, -1));
  listener.input.take(sound(constant(960, 1000), 0ms, 3));
  listener.input.take(sound(constant(AudioInput::kMaxFrameSamples + 1, 1000), 0ms));
  listener.hear(100ms);
  EXPECT_EQ(*std::ranges::max_element(listener.heard), 0);
  listener.input.take(sound(constant(AudioInput::kMaxFrameSamples, 1000), 100ms));
  listener.hear(100ms);
  EXPECT_EQ(listener.heard.back(), 1000);
}

// Frames of any length are one stream.
TEST(AudioInput, JoinsFramesOfAnyLength) {
  Listener listener;
  Tone tone(333, 8000);
  base::SeededRandom random(1);
  std::int64_t written = 0;
  while (listener.now() < 5s) {
    while (to_duration(written) < listener.now() + 60ms) {
      const int count = 1 + static_cast<int>(random.below(1500));
      listener.input.take(tone.frame(to_duration(written), count));
      written += count;
    }
    listener.hear(20ms);
  }
  const auto original = Tone(333, 8000).samples(static_cast<int>(listener.heard.size()));
  for (std::size_t i = 480; i < original.size(); ++i) ASSERT_EQ(listener.heard[i], original[i]);
}

TEST(AudioInput, LeavesAGapWhereFramesAreMissing) {
  Listener listener;
  listener.input.take(sound(constant(960, 1000), 0ms));
  listener.input.take(sound(constant(960, 1000), 60ms));
  listener.hear(100ms);
  EXPECT_EQ(listener.heard[959], 1000);
  EXPECT_EQ(listener.heard[1920], 0);
  EXPECT_EQ(listener.heard[2879], 0);
  EXPECT_EQ(listener.heard[2880 + 480], 1000);
  EXPECT_EQ(listener.input.underruns(), 1u);  // at the end
}

// A source whose frames come 50 ms late each is heard whole, so much later, and at its time again when they
// come in time.
TEST(AudioInput, IsLaterWhereFramesAreLate) {
  Listener listener;
  Tone tone(333, 8000);
  for (int i = 0; i < 50; ++i) {
    listener.hear(20ms);
    listener.input.take(tone.frame(listener.now() - 50ms));
  }
  EXPECT_EQ(listener.input.underruns(), 0u);
  EXPECT_NEAR(base::to_seconds(listener.input.shift()), 0.060, 0.002);
  EXPECT_LT(listener.steepest(), tone.steepest() + 60);
  for (int i = 0; i < 3; ++i)
    listener.input.take(tone.frame(listener.now() - 30ms + i * 20ms));  // in time from here
  for (int i = 0; i < 3000; ++i) {
    listener.hear(20ms);
    listener.input.take(tone.frame(listener.now() + 30ms));
  }
  EXPECT_LT(listener.input.shift(), 1ms);
  EXPECT_EQ(listener.input.underruns(), 0u);
  EXPECT_LT(listener.steepest(), tone.steepest() + 60);
}

TEST(AudioInput, BearsJitterAfterTheFirstUnderruns) {
  Listener listener;
  Tone tone(333, 8000);
  base::SeededRandom random(4);
  std::vector<std::pair<base::Duration, AudioFrame>> on_the_way;
  base::Duration last{};
  for (int i = 0; i < 3000; ++i) {
    const base::Duration sent = i * 20ms;
    last = std::max(last, sent + 1ms * static_cast<int>(random.below(90)));  // in order
    on_the_way.push_back({last, tone.frame(sent)});
  }
  std::size_t next = 0;
  std::uint64_t at_first = 0;
  while (next < on_the_way.size()) {
    for (; next < on_the_way.size() && on_the_way[next].first <= listener.now(); ++next)
      listener.input.take(on_the_way[next].second);
    listener.hear(20ms);
    if (listener.now() == 10s) at_first = listener.input.underruns();
  }
  EXPECT_LE(at_first, 8u);
  EXPECT_LE(listener.input.underruns() - at_first, 10u);  // in 50 s
  EXPECT_LE(listener.input.shift(), 160ms);
  EXPECT_LT(listener.steepest(), tone.steepest() + 60);
}

// Half a second of frames at once: the oldest are left out, and it is in time again.
TEST(AudioInput, LeavesOutTheOldestOfABurst) {
  Listener listener;
  Tone tone(333, 8000);
  const auto give = [&](int frames, base::Duration first) {
    for (int i = 0; i < frames; ++i) listener.input.take(tone.frame(first + i * 20ms));
  };
  give(2, 0ms);
  for (int i = 0; i < 50; ++i) {
    listener.hear(20ms);
    give(1, listener.now() + 20ms);
  }
  const base::Duration stalled = listener.now() + 40ms;
  listener.hear(500ms);
  give(25, stalled);
  for (int i = 0; i < 100; ++i) {
    listener.hear(20ms);
    give(1, listener.now() + 20ms);
  }
  EXPECT_LE(listener.input.shift(), 180ms);
  EXPECT_EQ(listener.input.underruns(), 1u);
  EXPECT_LT(listener.steepest(), tone.steepest() + 60);
}

// The mixer's own clock jumps: what is past by then is left out.
TEST(AudioInput, FollowsAStallOfTheMixer) {
  AudioInput input;
  Tone tone(333, 8000);
  Recording heard;
  base::Duration due{};
  for (int i = 0; i < 300; ++i) {
    input.take(tone.frame(i * 20ms));
    if (i >= 100 && i < 140) continue;
    due = i * 20ms - 40ms;
    const AudioInputBlock block = input.next(at(due));
    if (block.samples.empty()) continue;
    heard.add(
        {.samples = std::make_shared<std::vector<std::int16_t>>(block.samples.begin(), block.samples.end())});
  }
  EXPECT_EQ(input.shift(), 0ms);
  EXPECT_EQ(input.underruns(), 0u);
  EXPECT_LT(heard.steepest(), tone.steepest() + 60);
}

// Frames whose times have nothing to do with the clock are heard nevertheless.
TEST(AudioInput, BearsTimesThatCannotBeBelieved) {
  for (const base::Duration ahead : {-3600s, -1s, 1s, 3600s}) {
    Listener listener;
    Tone tone(333, 8000);
    for (int i = 0; i < 50; ++i) {
      listener.input.take(tone.frame(i * 20ms + ahead));
      listener.hear(20ms);
    }
    EXPECT_GT(*std::ranges::max_element(listener.heard), 7990) << base::to_seconds(ahead);
    EXPECT_LE(listener.input.underruns(), 1u);
    // Times jump back and forth.
    for (int i = 50; i < 100; ++i) {
      listener.input.take(tone.frame(i * 20ms + (i % 2 == 0 ? ahead : -ahead)));
      listener.hear(20ms);
    }
    EXPECT_LT(listener.steepest(), tone.steepest() + 60);
  }
}

// More than its ring holds, between two blocks.
TEST(AudioInput, BoundsWhatWaits) {
  Listener listener;
  Tone tone(333, 8000);
  for (int i = 0; i < 1000; ++i) listener.input.take(tone.frame(i * 20ms));
  listener.hear(20s);
  EXPECT_LT(listener.steepest(), tone.steepest() + 60);
  for (int i = 0; i < 1000; ++i) listener.input.take(tone.frame(20s + i * 10ms, 480));
  listener.hear(100ms);
  EXPECT_EQ(listener.input.channels(), 1);
}

TEST(AudioInput, ChangesItsChannels) {
  Listener listener;
  listener.input.take(sound(constant(960, 1000), 0ms));
  listener.hear(20ms);
  listener.input.take(sound(constant(1920, 500), 20ms, 2));
  const AudioInputBlock block = listener.input.next(at(20ms));
  EXPECT_EQ(listener.input.channels(), 2);
  ASSERT_EQ(block.samples.size(), 1920u);
  EXPECT_EQ(block.samples.back(), 500);
}

TEST(AudioInput, TellsWhenItsSoundArrived) {
  Listener listener;
  for (int i = 0; i < 5; ++i) {
    AudioFrame frame = sound(constant(960, 1000), i * 20ms);
    frame.arrived = frame.time - 70ms;
    listener.input.take(frame);
  }
  listener.hear(60ms);
  EXPECT_NEAR(static_cast<double>((listener.last_arrived - at(-30ms)).count()), 0, 30'000);
}

}  // namespace
}  // namespace kaskado::media
