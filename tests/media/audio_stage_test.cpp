#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.hpp"
#include "media/audio_decode_stage.hpp"
#include "media/audio_encode_stage.hpp"
#include "stage_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using codec::CodecId;
using Samples = std::vector<std::int16_t>;

constexpr double kTone_Hz = 440;
constexpr double kLoudness = 8000;

std::int16_t tone_at(double seconds) {
  return static_cast<std::int16_t>(
      std::lround(kLoudness * std::sin(2 * std::numbers::pi * kTone_Hz * seconds)));
}

// How far from a tone without breaks: the largest second difference, of which a sine has an exact one.
double roughness(std::span<const std::int16_t> samples, int rate) {
  const double step = 2 * std::cos(2 * std::numbers::pi * kTone_Hz / rate);
  double worst = 0;
  for (std::size_t i = 2; i < samples.size(); ++i)
    worst = std::max(worst, std::abs(samples[i] + samples[i - 2] - step * samples[i - 1]));
  return worst;
}

// A frame is 16-bit samples, one channel, as they are; kBroken and odd lengths are no frame.
struct FakeAudioDecoder final : codec::AudioDecoder {
  explicit FakeAudioDecoder(codec::AudioFormat of) : is(of) {}
  codec::AudioFormat format() const override { return is; }
  base::Result<void> decode(base::Bytes frame, Samples& samples) override {
    if (frame.size() % 2 != 0) return base::Error{"broken"};
    for (std::size_t i = 0; i < frame.size(); i += 2)
      samples.push_back(static_cast<std::int16_t>(base::load_u16(&frame[i])));
    return {};
  }
  void conceal(int count, base::Bytes next, Samples& samples) override {
    samples.insert(samples.end(), static_cast<std::size_t>(count * is.channels),
                   next.empty() ? std::int16_t{-2} : std::int16_t{-1});
  }
  codec::AudioFormat is;
};

struct AudioDecodeStageTest : ::testing::Test, StageWorld {
  AudioDecodeStageTest() {
    stage = AudioDecodeStage::create({.strand = strand,
                                      .clock = clock,
                                      .most_waiting = 4,
                                      .make_decoder = [this](CodecId codec, codec::AudioFormat format)
                                          -> base::Result<std::unique_ptr<codec::AudioDecoder>> {
                                        ++made;
                                        if (codec == CodecId::speex) return base::Error{"none"};
                                        return {std::make_unique<FakeAudioDecoder>(format)};
                                      }});
    stage->add(sink);
  }
  // 20 ms of a tone, or of `value`.
  void take(int number, std::uint32_t rate, bool after_loss = false, std::int16_t value = 0,
            bool broken = false) {
    std::vector<std::uint8_t> bytes;
    const int count = static_cast<int>(rate) / 50;
    for (int i = 0; i < count; ++i) {
      const std::int16_t sample = value ? value : tone_at((number * count + i) / static_cast<double>(rate));
      bytes.push_back(static_cast<std::uint8_t>(sample >> 8));
      bytes.push_back(static_cast<std::uint8_t>(sample));
    }
    if (broken) bytes.pop_back();
    stage->take({.codec = CodecId::opus,
                 .bytes = bytes_of(bytes),
                 .key_frame = true,
                 .rtp_time = std::int64_t{number} * count,
                 .clock_rate = rate,
                 .time = at(number * 20ms),
                 .arrived = now - 3ms,
                 .duration = 20ms,
                 .channels = 1,
                 .after_loss = after_loss});
  }
  Samples heard() const {
    Samples all;
    for (const AudioFrame& frame : sink->frames)
      all.insert(all.end(), frame.samples->begin(), frame.samples->end());
    return all;
  }

  std::shared_ptr<KeepingSink<AudioFrame>> sink = std::make_shared<KeepingSink<AudioFrame>>();
  std::shared_ptr<AudioDecodeStage> stage;
  int made = 0;
};

TEST_F(AudioDecodeStageTest, GivesSoundOf48KilohertzAsItIs) {
  for (int i = 0; i < 50; ++i) take(i, 48'000), run();
  ASSERT_EQ(sink->frames.size(), 50u);
  EXPECT_EQ(heard().size(), 48'000u);
  EXPECT_LT(roughness(heard(), kSampleRate), 3);
  EXPECT_EQ(sink->frames[7].time, at(140ms));
  EXPECT_EQ(sink->frames[7].duration(), 20ms);
  EXPECT_EQ(sink->frames[7].arrived, at(-3ms));
  EXPECT_EQ(stage->input_latency(), 3ms);
}

TEST_F(AudioDecodeStageTest, ResamplesWithoutSeamsAndTellsWhenItIsToBeHeard) {
  for (int i = 0; i < 50; ++i) take(i, 8'000), run();
  const Samples all = heard();
  EXPECT_NEAR(static_cast<double>(all.size()), 48'000, 480);
  EXPECT_LT(roughness(std::span(all).subspan(1000), kSampleRate), 40);
  // Each sample is the tone at its frame's time.
  const AudioFrame& frame = sink->frames[25];
  const double from = base::to_seconds(frame.time - at(0s));
  for (int i = 0; i < frame.samples_per_channel(); ++i)
    EXPECT_NEAR((*frame.samples)[static_cast<std::size_t>(i)], tone_at(from + i / 48'000.0), 250);
  EXPECT_EQ(frame.duration(), 20ms);
}

TEST_F(AudioDecodeStageTest, MakesUpForWhatWasLost) {
  take(0, 48'000);
  take(3, 48'000, true);
  run();
  ASSERT_EQ(sink->frames.size(), 2u);
  EXPECT_EQ(sink->frames[1].time, at(20ms));
  EXPECT_EQ(sink->frames[1].samples_per_channel(), 3 * 960);
  EXPECT_EQ((*sink->frames[1].samples)[0], -1) << "with the frame behind it at hand";
  EXPECT_EQ((*sink->frames[1].samples)[1919], -1);
  EXPECT_EQ((*sink->frames[1].samples)[1921], tone_at(0.06 + 1 / 48'000.0));
}

TEST_F(AudioDecodeStageTest, LeavesPausesAndLongLossesSilent) {
  take(0, 48'000);
  take(3, 48'000);
  take(100, 48'000, true);
  run();
  ASSERT_EQ(sink->frames.size(), 3u);
  EXPECT_EQ(sink->frames[1].time, at(60ms));
  EXPECT_EQ(sink->frames[1].samples_per_channel(), 960);
  EXPECT_EQ(sink->frames[2].time, at(2s));
  EXPECT_EQ(sink->frames[2].samples_per_channel(), 960);
}

TEST_F(AudioDecodeStageTest, MakesUpForWhatCannotBeDecoded) {
  take(0, 48'000);
  take(1, 48'000, false, 5, true);
  take(2, 48'000);
  run();
  ASSERT_EQ(sink->frames.size(), 3u);
  EXPECT_EQ(*sink->frames[1].samples, Samples(960, -2));
  EXPECT_EQ(stage->statistics().errors, 1u);
}

TEST_F(AudioDecodeStageTest, LosesTheOldestWhenTooMuchWaits) {
  for (int i = 0; i < 7; ++i) take(i, 48'000);
  run();
  ASSERT_EQ(sink->frames.size(), 4u);
  EXPECT_EQ(sink->frames[0].time, at(60ms));
  EXPECT_EQ(stage->statistics().frames_dropped, 3u);
  for (int i = 7; i < 12; ++i) take(i, 48'000);
  run();
  EXPECT_EQ(sink->frames[4].time, at(140ms)) << "one lost, and made up for";
  EXPECT_EQ(sink->frames[4].samples_per_channel(), 2 * 960);
}

TEST_F(AudioDecodeStageTest, ChangesTheCodecInTheStream) {
  take(0, 48'000);
  take(1, 8'000);
  take(2, 8'000);
  run();
  EXPECT_EQ(made, 2);
  ASSERT_EQ(sink->frames.size(), 3u);
  EXPECT_EQ(sink->frames[1].time, at(20ms));
  stage->take({.codec = CodecId::speex, .bytes = bytes_of({1})});
  stage->take({.codec = CodecId::speex, .bytes = bytes_of({1})});
  run();
  EXPECT_EQ(made, 3);
  EXPECT_EQ(stage->statistics().frames_dropped, 2u);
}

struct FakeAudioEncoder final : codec::AudioEncoder {
  FakeAudioEncoder(codec::AudioFormat of, Samples& to, std::vector<int>& rates)
      : is(of), kept(to), bitrates(rates) {}
  codec::AudioFormat format() const override { return is; }
  int samples_per_frame() const override { return is.sample_rate / 50; }
  base::Result<void> encode(std::span<const std::int16_t> samples,
                            std::vector<std::uint8_t>& frame) override {
    EXPECT_EQ(samples.size(), static_cast<std::size_t>(samples_per_frame() * is.channels));
    kept.insert(kept.end(), samples.begin(), samples.end());
    frame.push_back(1);
    return {};
  }
  void set_bitrate(int bitrate_bps) override { bitrates.push_back(bitrate_bps); }
  codec::AudioFormat is;
  Samples& kept;
  std::vector<int>& bitrates;
};

struct AudioEncodeStageTest : ::testing::Test, StageWorld {
  AudioEncodeStageTest() { start({.sample_rate = 48'000, .channels = 1}); }
  void start(codec::AudioFormat format) {
    kept.clear();
    frames.clear();
    rate = format.sample_rate;
    stage = AudioEncodeStage::create(
        {.strand = strand,
         .clock = clock,
         .encoder = {.codec = CodecId::opus, .format = format},
         .output = [this](codec::EncodedFrame frame) { frames.push_back(std::move(frame)); },
         .make_encoder = [this](const codec::AudioEncoderSettings& asked)
             -> base::Result<std::unique_ptr<codec::AudioEncoder>> {
           return {std::make_unique<FakeAudioEncoder>(asked.format, kept, bitrates)};
         }});
  }
  // Of the tone, whose samples come by the sender's clock and whose times are ours.
  void take(base::Duration time, std::int64_t first_sample, int count, int channels = 1, double speed = 1) {
    auto samples = std::make_shared<Samples>();
    for (int i = 0; i < count; ++i)
      for (int channel = 0; channel < channels; ++channel)
        samples->push_back(channel == 0 ? tone_at(static_cast<double>(first_sample + i) / 48'000 * speed)
                                        : std::int16_t{0});
    now = at(time);
    stage->take(
        {.samples = std::move(samples), .channels = channels, .time = at(time), .arrived = now - 7ms});
    run();
  }
  void expect_even_times(std::size_t from = 0) const {
    for (std::size_t i = from + 1; i < frames.size(); ++i) {
      EXPECT_EQ(frames[i].rtp_time - frames[i - 1].rtp_time, rate / 50) << i;
      EXPECT_EQ(frames[i].time - frames[i - 1].time, 20ms) << i;
    }
  }

  Samples kept;
  std::vector<codec::EncodedFrame> frames;
  std::vector<int> bitrates;
  std::shared_ptr<AudioEncodeStage> stage;
  int rate = 0;
};

TEST_F(AudioEncodeStageTest, CutsFramesOf20MillisecondsFromWhateverComes) {
  std::int64_t sample = 0;
  const int lengths[] = {480, 1440, 333, 960, 2880, 77};
  for (int i = 0; sample < 96'000; sample += lengths[i++ % 6])
    take(rtp::from_ticks(sample, 48'000), sample, lengths[i % 6]);
  EXPECT_NEAR(static_cast<double>(frames.size()), 100, 3);
  expect_even_times();
  EXPECT_EQ(frames[0].time, at(0s));
  EXPECT_EQ(frames[0].rtp_time, 100 * 48'000);
  EXPECT_EQ(frames[0].duration, 20ms);
  EXPECT_EQ(frames[0].clock_rate, 48'000u);
  EXPECT_LT(roughness(std::span(kept).subspan(1000), rate), 40);
}

TEST_F(AudioEncodeStageTest, TakesTheRateAndTheChannelsOfTheCodec) {
  start({.sample_rate = 8'000, .channels = 1});
  for (int i = 0; i < 50; ++i) take(i * 20ms, i * 960, 960, 2);
  EXPECT_EQ(frames.size(), 49u) << "the resampler holds some back";
  expect_even_times();
  EXPECT_EQ(frames[0].rtp_time, 100 * 8'000);
  EXPECT_NEAR(*std::ranges::max_element(kept), kLoudness / 2, 100) << "the mean of both";
  start({.sample_rate = 48'000, .channels = 2});
  for (int i = 0; i < 10; ++i) take(i * 20ms, i * 960, 960, 1);
  EXPECT_EQ(frames[0].channels, 2);
  for (std::size_t i = 0; i < kept.size(); i += 2) ASSERT_EQ(kept[i], kept[i + 1]);
}

TEST_F(AudioEncodeStageTest, FillsASmallGapWithSilence) {
  for (int i = 0; i < 10; ++i) take(i * 20ms, i * 960, 960);
  for (int i = 15; i < 25; ++i) take(i * 20ms, i * 960, 960);
  EXPECT_EQ(frames.size(), 24u);
  expect_even_times();
  EXPECT_EQ(kept[48 * 250], 0);
  EXPECT_NE(kept[48 * 310 + 5], 0);
}

TEST_F(AudioEncodeStageTest, BeginsAnewBehindAPause) {
  for (int i = 0; i < 10; ++i) take(i * 20ms, i * 960, 960);
  take(5s + 3ms, 0, 960);
  take(5s + 23ms, 960, 960);
  ASSERT_EQ(frames.size(), 11u) << "what was left before the pause, filled up, and what came behind it";
  EXPECT_EQ(frames[10].time, at(5s + 3ms));
  EXPECT_EQ(frames[10].rtp_time, 105 * 48'000 + 144);
  expect_even_times(10);
}

TEST_F(AudioEncodeStageTest, LeavesOutWhatOverlaps) {
  for (int i = 0; i < 10; ++i) take(i * 20ms, i * 960, 960);
  for (int i = 5; i < 20; ++i) take(i * 20ms, i * 960, 960);
  EXPECT_NEAR(static_cast<double>(frames.size()), 20, 1) << "but for what is within the slack";
  expect_even_times();
}

TEST_F(AudioEncodeStageTest, GoesOnWhenItsSourceStartsOver) {
  for (int i = 0; i < 10; ++i) take(10s + i * 20ms, i * 960, 960);
  for (int i = 0; i < 10; ++i) take(i * 20ms, i * 960, 960);
  EXPECT_GE(frames.size(), 19u);
  for (std::size_t i = 1; i < frames.size(); ++i) EXPECT_GT(frames[i].rtp_time, frames[i - 1].rtp_time);
}

TEST_F(AudioEncodeStageTest, HandsOnTheBitrate) {
  take(0ms, 0, 960);
  stage->set_bitrate(64'000);
  take(20ms, 960, 960);
  take(40ms, 1920, 960);
  EXPECT_EQ(bitrates, (std::vector{64'000}));
}

class AudioDrift : public AudioEncodeStageTest, public ::testing::WithParamInterface<double> {};

// Three minutes of a clock that is off, with times that jitter a little as they do.
TEST_P(AudioDrift, IsFollowedWithoutAClick) {
  const double speed = 1 + GetParam() * 1e-6;
  base::Duration worst{};
  for (std::int64_t i = 0; i < 9'000; ++i) {
    const double seconds = static_cast<double>(i) * 0.02 * speed;
    take(base::Duration{static_cast<std::int64_t>(seconds * 1e9)} + (i * 7 % 5) * 200us, i * 960, 960, 1,
         speed);
    if (i > 3000) {
      // Against what of the input has come so far.
      const base::Duration behind = now + 20ms - (frames.back().time + 20ms);
      worst = std::max(worst, std::chrono::abs(behind - 10ms));
    }
  }
  EXPECT_LT(worst, 20ms) << "else it would run away";
  for (std::size_t i = 1; i < frames.size(); ++i) ASSERT_EQ(frames[i].rtp_time - frames[i - 1].rtp_time, 960);
  EXPECT_LT(roughness(std::span(kept).subspan(4'800), rate), 60);
}
INSTANTIATE_TEST_SUITE_P(Ppm, AudioDrift, ::testing::Values(-200.0, 0.0, 200.0, 1000.0));

TEST(Resampler, GivesAsManySamplesAsTheRatesSay) {
  for (const auto& [from, to] : {std::pair{8'000, 48'000},
                                 {48'000, 8'000},
                                 {48'000, 48'000},
                                 {44'100, 48'000},
                                 {16'000, 48'000},
                                 {48'000, 16'000}}) {
    for (const int channels : {1, 2}) {
      Resampler resampler(from, to, channels);
      Samples in(static_cast<std::size_t>(from / 50 * channels), 1000), out;
      for (int i = 0; i < 500; ++i) resampler.process(in, out);
      EXPECT_NEAR(static_cast<double>(out.size()) / channels, 10.0 * to, 0.01 * to) << from << " " << to;
      EXPECT_LT(resampler.latency(), 10ms);
      EXPECT_EQ(out[out.size() / 2], 1000);
    }
  }
}

TEST(Resampler, StretchesByMillionths) {
  for (const int ppm : {-20'000, -150, 0, 150, 20'000}) {
    Resampler resampler(48'000, 16'000, 1);
    resampler.stretch(ppm);
    Samples in(960, 0), out;
    for (int i = 0; i < 1500; ++i) resampler.process(in, out);
    EXPECT_NEAR(static_cast<double>(out.size()) / (30 * 16'000), 1 / (1 - ppm * 1e-6), 60e-6) << ppm;
  }
}

// With finer steps the library lost its place, and read beyond what it was given.
TEST(Resampler, MayBeStretchedByAnythingAtAnyTime) {
  base::SeededRandom random(1);
  for (const int to : {48'000, 16'000, 8'000, 44'100}) {
    Resampler resampler(48'000, to, 1);
    resampler.stretch(0);
    Samples in(960), out;
    for (int i = 0; i < 2000; ++i) {
      resampler.stretch(static_cast<int>(random.below(2'000)) - 1'000);
      for (int k = 0; k < 960; ++k) in[static_cast<std::size_t>(k)] = tone_at((i * 960 + k) / 48'000.0);
      resampler.process(in, out);
    }
    EXPECT_LT(roughness(std::span(out).subspan(1000), to), 60) << to;
  }
}

}  // namespace
}  // namespace kaskado::media
