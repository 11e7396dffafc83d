#include "media/mixing/audio_mixer.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random.hpp"
#include "mixing/audio_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using namespace std::chrono_literals;

// A mixer with speakers whose frames come at their time, and listeners.
class Conference {
 public:
  void join(std::uint32_t port) { mixer.join(PortId{port}); }
  void speak(std::uint32_t port, Tone tone) {
    join(port);
    tones_.emplace(port, tone);
  }
  void leave(std::uint32_t port) {
    mixer.leave(PortId{port});
    tones_.erase(port);
  }
  void stop(std::uint32_t port) { tones_.erase(port); }

  void run(base::Duration time) {
    for (const base::Duration end = now_ + time; now_ < end; now_ += kBlockDuration) {
      for (auto& [port, tone] : tones_) mixer.take(PortId{port}, tone.frame(now_));
      last.clear();
      for (const AudioMixer::Output& output : mixer.mix(at(now_))) {
        last[output.port.value] = output;
        heard[output.port.value].add(output.frame);
      }
    }
  }
  // From now on.
  void record() {
    for (auto& [port, recording] : heard) recording.clear();
  }
  base::Duration now() const { return now_; }

  AudioMixer mixer;
  std::map<std::uint32_t, AudioMixer::Output> last;
  std::map<std::uint32_t, Recording> heard;

 private:
  std::map<std::uint32_t, Tone> tones_;
  base::Duration now_{};
};

TEST(AudioMixer, LetsEachHearAllOthersButItself) {
  constexpr std::array kTones{400.0, 700.0, 1100.0, 1900.0};
  Conference conference;
  for (std::uint32_t i = 0; i < kTones.size(); ++i) conference.speak(i, Tone(kTones[i], 4000 + 1000 * i));
  conference.join(9);
  conference.run(200ms);
  conference.record();
  conference.run(1s);
  for (std::uint32_t listener : {0u, 1u, 2u, 3u, 9u}) {
    for (std::uint32_t i = 0; i < kTones.size(); ++i) {
      const double amplitude = conference.heard[listener].amplitude(kTones[i]);
      EXPECT_NEAR(amplitude, i == listener ? 0 : 4000 + 1000 * i, 2) << listener << " hears " << i;
    }
  }
}

TEST(AudioMixer, GivesFramesTheirTime) {
  Conference conference;
  conference.speak(0, Tone(400, 4000));
  conference.join(1);
  conference.run(200ms);
  const AudioFrame& frame = conference.last[1].frame;
  EXPECT_EQ(frame.time, at(180ms));
  EXPECT_EQ(frame.arrived, at(140ms));  // heard by the mixing delay later
  EXPECT_EQ(frame.duration(), 20ms);
  EXPECT_EQ(conference.last[0].frame.arrived, at(180ms));
}

// Bit by bit, by the mixing delay later.
TEST(AudioMixer, DoesNotTouchTheSoundOfOne) {
  Conference conference;
  conference.speak(0, Tone(400, 32767));
  conference.join(1);
  conference.run(2s);
  const auto original = Tone(400, 32767).samples(2 * kSampleRate);
  const auto heard = conference.heard[1].samples();
  const std::size_t delay = 1920;
  for (std::size_t i = delay + 480; i < heard.size(); ++i) ASSERT_EQ(heard[i], original[i - delay]) << i;
  EXPECT_EQ(conference.heard[0].peak(), 0);
}

TEST(AudioMixer, HandsOneFrameToAllWhoSayNothing) {
  Conference conference;
  conference.speak(0, Tone(400, 4000));
  conference.speak(1, Tone(500, 4000));
  for (std::uint32_t i = 2; i < 10; ++i) conference.join(i);
  conference.speak(10, Tone(500, 1));  // too quiet to count
  conference.run(200ms);
  const auto& whole = conference.mixer.whole_mix().samples;
  for (std::uint32_t i = 2; i < 11; ++i) {
    EXPECT_EQ(conference.last[i].frame.samples, whole);
    EXPECT_TRUE(conference.last[i].hears_all);
  }
  EXPECT_NE(conference.last[0].frame.samples, whole);
  EXPECT_FALSE(conference.last[0].hears_all);
  // All hear the same silence when nobody speaks.
  conference.stop(0);
  conference.stop(1);
  conference.run(200ms);
  std::set<const void*> frames;
  for (const auto& [port, output] : conference.last) frames.insert(output.frame.samples.get());
  EXPECT_EQ(frames.size(), 1u);
  EXPECT_EQ(conference.last[0].frame.samples_per_channel(), kBlockSamples);
}

TEST(AudioMixer, KeepsStereo) {
  AudioMixer mixer;
  for (std::uint32_t i = 0; i < 3; ++i) mixer.join(PortId{i});
  Tone left(400, 5000), mono(700, 5000);
  Recording left_heard, right_heard, own;
  for (int i = 0; i < 50; ++i) {
    std::vector<std::int16_t> stereo;
    for (const std::int16_t sample : left.samples(kBlockSamples))
      stereo.insert(stereo.end(), {sample, std::int16_t{0}});
    mixer.take(PortId{0}, sound(stereo, i * 20ms, 2));
    mixer.take(PortId{1}, mono.frame(i * 20ms));
    const auto outputs = mixer.mix(at(i * 20ms));
    if (i < 10) continue;
    ASSERT_EQ(outputs[2].frame.channels, 2);
    ASSERT_EQ(outputs[2].frame.samples_per_channel(), kBlockSamples);
    left_heard.add(outputs[2].frame, 0);
    right_heard.add(outputs[2].frame, 1);
    own.add(outputs[0].frame, 0);
  }
  EXPECT_NEAR(left_heard.amplitude(400), 5000, 2);
  EXPECT_NEAR(right_heard.amplitude(400), 0, 2);
  EXPECT_NEAR(left_heard.amplitude(700), 5000, 2);
  EXPECT_NEAR(right_heard.amplitude(700), 5000, 2);
  EXPECT_NEAR(own.amplitude(400), 0, 2);
  EXPECT_NEAR(own.amplitude(700), 5000, 2);
  mixer.leave(PortId{0});
  mixer.mix(at(1s));
  EXPECT_EQ(mixer.mix(at(1020ms))[1].frame.channels, 1);
}

// The seams of 10 ms add no more than that to a sine's own slope.
double seam_slope(double amplitude) {
  return amplitude * std::numbers::pi / 480;
}

TEST(AudioMixer, JoinsAndLeavesWithoutClicks) {
  Conference conference;
  conference.join(9);
  base::SeededRandom random(3);
  for (int i = 0; i < 60; ++i) {
    conference.speak(0, Tone(441.7, 10'000));
    conference.run(20ms * static_cast<int>(3 + random.below(20)));
    i % 2 == 0 ? conference.leave(0) : conference.stop(0);
    conference.run(20ms * static_cast<int>(1 + random.below(8)));
  }
  EXPECT_GT(conference.heard[9].peak(), 9990);
  EXPECT_LT(conference.heard[9].steepest(), Tone(441.7, 10'000).steepest() + seam_slope(10'000));
}

TEST(AudioMixer, FadesOverLostFramesWithoutClicks) {
  AudioMixer mixer;
  mixer.join(PortId{0});
  mixer.join(PortId{1});
  Tone tone(441.7, 10'000);
  Recording heard;
  base::SeededRandom random(8);
  for (int i = 0; i < 3000; ++i) {
    const AudioFrame frame = tone.frame(i * 20ms);
    if (random.below(6) > 0) mixer.take(PortId{0}, frame);
    heard.add(mixer.mix(at(i * 20ms))[1].frame);
  }
  EXPECT_LT(heard.steepest(), tone.steepest() + seam_slope(10'000));
  EXPECT_GT(heard.amplitude(441.7), 7000);  // what came is heard at its time
  EXPECT_EQ(mixer.input(PortId{0})->shift(), 0ms);
}

TEST(AudioMixer, BoundsTheSumOfManyAtFullScale) {
  constexpr std::array kTones{210.0, 330.0, 470.0, 590.0, 710.0, 830.0, 970.0, 1130.0};
  Conference conference;
  double steepest = 0;
  for (std::uint32_t i = 0; i < kTones.size(); ++i) {
    conference.speak(i, Tone(kTones[i], 32767));
    steepest += Tone(kTones[i], 32767).steepest();
  }
  conference.join(9);
  conference.run(1s);
  // Were it to wrap, it would step by 65535. In the fade-in the gain has not found its place yet.
  EXPECT_LE(conference.heard[9].peak(), 32767);
  EXPECT_LT(conference.heard[9].steepest(), steepest);
  conference.record();
  conference.run(1s);
  EXPECT_LE(conference.heard[9].peak(), 32767);
  EXPECT_LT(conference.heard[9].steepest(), steepest / 4);
  for (const double hz : kTones) EXPECT_GT(conference.heard[9].amplitude(hz), 32767.0 / 10) << hz;
}

TEST(AudioMixer, DoesNotWaitForWhoStalls) {
  Conference steady, stalling;
  for (Conference* one : {&steady, &stalling}) {
    one->speak(0, Tone(400, 4000));
    one->speak(1, Tone(700, 4000));
    one->join(9);
    one->run(1s);
  }
  stalling.stop(1);
  steady.run(200ms);
  stalling.run(200ms);
  steady.record();
  stalling.record();
  steady.run(1s);
  stalling.run(1s);
  EXPECT_NEAR(stalling.heard[9].amplitude(400), 4000, 2);
  EXPECT_NEAR(stalling.heard[9].amplitude(700), 0, 2);
  // Who stalls hears the other as before.
  EXPECT_TRUE(std::ranges::equal(stalling.heard[1].samples(), steady.heard[1].samples()));
}

TEST(AudioMixer, TellsHowLoudEachIs) {
  Conference conference;
  conference.speak(0, Tone(400, 32767));
  conference.speak(1, Tone(400, 3277));
  conference.join(2);
  conference.run(200ms);
  EXPECT_NEAR(conference.mixer.level_dbov(PortId{0}), -3.01, 0.1);
  EXPECT_NEAR(conference.mixer.level_dbov(PortId{1}), -23.01, 0.1);
  EXPECT_EQ(conference.mixer.level_dbov(PortId{2}), AudioMixer::kSilence_dbov);
  EXPECT_EQ(conference.mixer.level_dbov(PortId{77}), AudioMixer::kSilence_dbov);
}

TEST(AudioMixer, BoundsItsPorts) {
  AudioMixer mixer;
  for (std::uint32_t i = 0; i < AudioMixer::kMaxPorts; ++i) ASSERT_TRUE(mixer.join(PortId{i}));
  EXPECT_FALSE(mixer.join(PortId{5}));
  EXPECT_FALSE(mixer.join(PortId{5000}));
  mixer.leave(PortId{5});
  mixer.leave(PortId{5});
  EXPECT_TRUE(mixer.join(PortId{5000}));
  mixer.take(PortId{5}, Tone(1, 1).frame(0ms));
  EXPECT_EQ(mixer.input(PortId{5}), nullptr);
  EXPECT_EQ(mixer.mix(at(0s)).size(), AudioMixer::kMaxPorts);
}

}  // namespace
}  // namespace kaskado::media
