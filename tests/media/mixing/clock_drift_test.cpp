// Hours of sound from a source whose clock is not the mixer's: every sample of it, in virtual time.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "base/random.hpp"
#include "media/mixing/audio_mixer.hpp"
#include "mixing/audio_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using namespace std::chrono_literals;

// 12.5 Hz: so slow that its phase tells the time without doubt, and that the smallest jump stands out.
constexpr int kPeriod = 3840;
constexpr double kAmplitude = 20'000;
constexpr double kSteepest = kAmplitude * 2 * std::numbers::pi / kPeriod;

#ifdef KASKADO_UNDER_SANITIZERS
constexpr base::Duration kLong =
    10min;  // what goes wrong in memory does so by then, and costs ten times as much
#else
constexpr base::Duration kLong = 2h;
#endif

// Of which time frames speak.
enum class Stamp {
  to_be_heard,  // as a jitter buffer says: 30 ms after the capture, when all have arrived
  captured,     // on the server's clock, so that frames come up to 28 ms after their time
  own_clock,    // which runs away from the server's
};

// A source that captures blocks by its own clock and sends them, in order, by a network that takes 0 to 8 ms.
class DriftingSource {
 public:
  DriftingSource(double ppm, Stamp stamp) : rate_(1 + ppm * 1e-6), stamp_(stamp) {
    Tone tone(static_cast<double>(kSampleRate) / kPeriod, kAmplitude);
    for (auto& block : blocks_)
      block = std::make_shared<const std::vector<std::int16_t>>(tone.samples(kBlockSamples));
  }

  void send_until(base::Duration now, AudioMixer& mixer, PortId port) {
    while (arrival_ <= now) {
      mixer.take(port, {.samples = blocks_[static_cast<std::size_t>(sent_ / kBlockSamples) % blocks_.size()],
                        .time = at(time_of(sent_)),
                        .arrived = at(arrival_)});
      sent_ += kBlockSamples;
      const base::Duration travel{static_cast<std::int64_t>(random_.below(8'000'000))};
      arrival_ = std::max(arrival_, captured(sent_ + kBlockSamples) + travel);
    }
  }
  // Of what is to be heard at that time.
  double phase_at(base::Duration time) const {
    if (stamp_ == Stamp::to_be_heard) time -= kPlayoutDelay;
    return 2 * std::numbers::pi / kPeriod * std::fmod(base::to_seconds(time) * kSampleRate * rate_, kPeriod);
  }

 private:
  static constexpr base::Duration kPlayoutDelay = 30ms;

  base::Duration captured(std::int64_t sample) const {
    return base::Duration{std::llround(static_cast<double>(sample) / kSampleRate / rate_ * 1e9)};
  }
  base::Duration time_of(std::int64_t sample) const {
    if (stamp_ == Stamp::own_clock) return to_duration(sample);
    return captured(sample) + (stamp_ == Stamp::to_be_heard ? kPlayoutDelay : 0ms);
  }

  double rate_;
  Stamp stamp_;
  std::array<std::shared_ptr<const std::vector<std::int16_t>>, kPeriod / kBlockSamples> blocks_;
  base::SeededRandom random_{11};
  std::int64_t sent_ = 0;
  base::Duration arrival_ = captured(kBlockSamples);
};

// Of a period that begins with the first sample.
double phase_of(const std::vector<double>& heard) {
  double sine = 0, cosine = 0;
  for (int i = 0; i < kPeriod; ++i) {
    const double angle = 2 * std::numbers::pi * i / kPeriod;
    sine += heard[static_cast<std::size_t>(i)] * std::cos(angle);
    cosine += heard[static_cast<std::size_t>(i)] * std::sin(angle);
  }
  return std::atan2(sine, cosine);
}

struct Heard {
  double worst_sync_error_ms = 0;
  double last_sync_error_ms = 0;
  int steepest = 0;
  std::uint64_t underruns = 0;
  base::Duration shift{};
};

Heard listen(double ppm, Stamp stamp, base::Duration length) {
  AudioMixer mixer;
  const PortId speaker{1}, listener{2};
  mixer.join(speaker);
  mixer.join(listener);
  DriftingSource source(ppm, stamp);
  Heard heard;
  std::vector<double> period;
  int last = 0;
  for (base::Duration now{}; now < length; now += kBlockDuration) {
    source.send_until(now, mixer, speaker);
    const auto& samples = *mixer.mix(at(now))[1].frame.samples;
    for (const std::int16_t sample : samples) {
      heard.steepest = std::max(heard.steepest, std::abs(sample - last));
      last = sample;
    }
    // Four blocks now and then.
    if (now < 1s || now % 2s >= 80ms) continue;
    period.insert(period.end(), samples.begin(), samples.end());
    if (period.size() < kPeriod) continue;
    const double expected = source.phase_at(now - 60ms - kMixingDelay);
    const double turn = std::remainder(phase_of(period) - expected, 2 * std::numbers::pi);
    heard.last_sync_error_ms = std::abs(turn) / (2 * std::numbers::pi) * 80;
    heard.worst_sync_error_ms = std::max(heard.worst_sync_error_ms, heard.last_sync_error_ms);
    period.clear();
  }
  heard.underruns = mixer.input(speaker)->underruns();
  heard.shift = mixer.input(speaker)->shift();
  return heard;
}

void expect_no_clicks(const Heard& heard) {
  EXPECT_LT(heard.steepest, kSteepest + kAmplitude * std::numbers::pi / 480);  // the first fade-in's
}

TEST(ClockDrift, IsFollowedForTwoHours) {
  for (const double ppm : {-300.0, 300.0}) {
    const Heard heard = listen(ppm, Stamp::to_be_heard, kLong);
    EXPECT_LT(heard.worst_sync_error_ms, 2) << ppm;
    EXPECT_EQ(heard.underruns, 0u) << ppm;
    EXPECT_EQ(heard.shift, 0ms) << ppm;
    expect_no_clicks(heard);
  }
}

TEST(ClockDrift, IsFollowedWhereFramesComeLate) {
  for (const double ppm : {-300.0, 300.0}) {
    const Heard heard = listen(ppm, Stamp::captured, kLong / 4);
    EXPECT_LT(heard.worst_sync_error_ms, 20) << ppm;
    EXPECT_LE(heard.underruns, 1u) << ppm;
    expect_no_clicks(heard);
  }
}

// Where nobody has put the frames' times right, the queue stays bounded and nothing is torn apart.
TEST(ClockDrift, DoesNotTearSoundApartWhereTimesRunAway) {
  for (const double ppm : {-300.0, 300.0}) {
    const Heard heard = listen(ppm, Stamp::own_clock, kLong / 3);
    EXPECT_LE(heard.underruns, 1u) << ppm;
    expect_no_clicks(heard);
  }
}

}  // namespace
}  // namespace kaskado::media
