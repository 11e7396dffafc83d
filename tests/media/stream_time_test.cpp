#include "media/stream_time.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.hpp"
#include "media/lateness.hpp"
#include "media_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;

// A sender whose clocks run by their own speeds: what it captures at a true time, as RTP and NTP have it.
struct Clocks {
  double ntp_ppm = 0;
  double rtp_ppm = 0;
  std::uint32_t rate = 90'000;
  std::uint32_t first_timestamp = 0xfffff000;
  base::Duration wall = 1'700'000'000s;

  static base::Duration run(base::Duration true_time, double ppm) {
    return true_time + base::Duration{std::llround(static_cast<double>(true_time.count()) * ppm * 1e-6)};
  }
  rtp::Timestamp rtp(base::Duration true_time) const {
    return {first_timestamp + static_cast<std::uint32_t>(rtp::to_ticks(run(true_time, rtp_ppm), rate))};
  }
  rtp::SenderInfo report(base::Duration true_time) const {
    return {.ntp = rtp::NtpTime::of({(wall + run(true_time, ntp_ppm)).count()}), .rtp = rtp(true_time)};
  }
};

base::Instant observe(StreamTime& time, rtp::Timestamp timestamp, base::Duration arrival) {
  const std::int64_t rtp_time = time.unwrap(timestamp);
  time.observe(rtp_time, at(arrival));
  return time.time_of(rtp_time);
}

TEST(StreamTime, GoesByArrivalBeforeTheFirstReport) {
  StreamTime time(90'000);
  EXPECT_FALSE(time.known());
  EXPECT_EQ(observe(time, {1000}, 20ms), at(20ms));
  EXPECT_EQ(observe(time, {1000 + 3600}, 95ms), at(60ms)) << "35 ms late";
  // One that travels faster shows that the others were late.
  for (std::uint32_t i = 2; i < 1000; ++i) observe(time, {1000 + i * 3600}, 20ms + i * 40ms - 8ms);
  EXPECT_NEAR(base::to_us(observe(time, {1000 + 1000 * 3600}, 40'050ms) - at(40'012ms)), 0, 100);
}

TEST(StreamTime, UnwrapsAndGoesOnAcrossTheWrap) {
  StreamTime time(8'000);
  EXPECT_EQ(time.unwrap({0xffffff00}), 0xffffff00);
  EXPECT_EQ(time.unwrap({0x40}), 0x100000040);
  EXPECT_EQ(time.unwrap({0xfffffff0}), 0xfffffff0) << "reordered";
}

TEST(StreamTime, StepsOnlyWhereItIsFarOff) {
  StreamTime time(1'000);
  observe(time, {0}, 0ms);
  EXPECT_EQ(observe(time, {10'000}, 9'000ms), at(9'000ms)) << "1 s sooner than it could be";
  // 100 ms sooner: little by little.
  const base::Instant soon = observe(time, {20'000}, 18'900ms);
  EXPECT_LT(soon, at(19s));
  EXPECT_GT(soon, at(18'900ms));
}

TEST(StreamTime, StartsOverWithItsSenderOrAnotherClock) {
  StreamTime time(90'000);
  observe(time, {90'000}, 1s);
  time.restart(48'000);
  EXPECT_EQ(observe(time, {5}, 2s), at(2s));
  EXPECT_EQ(observe(time, {48'005}, 3s), at(3s));
}

// Sound travels 10 ms; pictures 70 ms and come in bursts. Both are captured with one clock, by whose reports
// they meet.
TEST(StreamTime, BringsSoundAndPictureOfASenderTogether) {
  base::SeededRandom random(7);
  const auto source = std::make_shared<SourceTime>();
  StreamTime sound(48'000, source), picture(90'000, source);
  const Clocks sound_clock{.rate = 48'000, .first_timestamp = 77},
      picture_clock{.rate = 90'000, .first_timestamp = 0xffff0000};
  base::Duration worst{};
  base::Instant last_sound{}, last_picture{};
  for (base::Duration t = 0ms; t < 60s; t += 20ms) {
    const base::Instant heard = observe(sound, sound_clock.rtp(t), t + 10ms + random.below(5'000) * 1us);
    const base::Instant shown = observe(picture, picture_clock.rtp(t), t + 70ms + random.below(30'000) * 1us);
    EXPECT_GE(heard, last_sound);
    EXPECT_GE(shown, last_picture);
    last_sound = heard, last_picture = shown;
    if (t == 1s) {
      EXPECT_NEAR(base::to_ms(shown - heard), 60, 10) << "no report yet";
    }
    if (t % 3s == 2s) sound.receive_sender_report(sound_clock.report(t), at(t + 12ms));
    if (t % 3s == 2500ms) picture.receive_sender_report(picture_clock.report(t), at(t + 75ms));
    if (t > 30s) worst = std::max(worst, std::chrono::abs(shown - heard));
  }
  EXPECT_LT(worst, 3ms);
  EXPECT_NEAR(base::to_ms(last_sound - at(60s + 10ms - 20ms)), 0, 2) << "as the fastest came";
}

// Who begins to listen in the middle has the last reports before the first packet.
TEST(StreamTime, ReportsOfBeforeTheFirstPacketCount) {
  const auto source = std::make_shared<SourceTime>();
  StreamTime sound(48'000, source), picture(90'000, source);
  const Clocks sound_clock{.rate = 48'000, .first_timestamp = 77},
      picture_clock{.rate = 90'000, .first_timestamp = 0xffff0000};
  sound.receive_sender_report(sound_clock.report(1s), at(1s + 10ms));
  picture.receive_sender_report(picture_clock.report(2s), at(2s + 70ms));
  for (base::Duration t = 5s; t < 6s; t += 20ms) {
    const base::Instant heard = observe(sound, sound_clock.rtp(t), t + 10ms);
    EXPECT_EQ(base::to_ms(heard - at(t + 10ms)), 0);
    EXPECT_EQ(base::to_ms(observe(picture, picture_clock.rtp(t), t + 70ms) - heard), 0);
  }
}

class StreamTimeDrift : public ::testing::TestWithParam<std::tuple<double, double>> {};

// Two hours. The media's clock and the NTP clock each run as they like; delay and jitter change on the way.
TEST_P(StreamTimeDrift, FollowsClocksForHoursWithoutSteps) {
  const auto [ntp_ppm, sound_ppm] = GetParam();
  base::SeededRandom random(3);
  const auto source = std::make_shared<SourceTime>();
  StreamTime sound(48'000, source), picture(90'000, source);
  const Clocks sound_clock{.ntp_ppm = ntp_ppm, .rtp_ppm = sound_ppm, .rate = 48'000};
  const Clocks picture_clock{.ntp_ppm = ntp_ppm, .rtp_ppm = ntp_ppm, .rate = 90'000};
  base::Duration worst_off{}, worst_apart{}, worst_step{};
  base::Instant last{};
  for (base::Duration t = 0ms; t < 2h; t += 20ms) {
    const base::Duration jitter = random.below(20'000) * 1us;
    const base::Instant heard = observe(sound, sound_clock.rtp(t), t + 30ms + jitter);
    const base::Instant shown = observe(picture, picture_clock.rtp(t), t + 45ms + random.below(30'000) * 1us);
    if (t % 5s == 1s) sound.receive_sender_report(sound_clock.report(t), at(t + 35ms));
    if (t % 5s == 3s) picture.receive_sender_report(picture_clock.report(t), at(t + 50ms));
    if (t > 1min) {
      worst_off = std::max(worst_off, std::chrono::abs(heard - at(t + 30ms)));
      worst_apart = std::max(worst_apart, std::chrono::abs(heard - shown));
      worst_step = std::max(worst_step, std::chrono::abs(heard - last - 20ms));
    }
    last = heard;
  }
  EXPECT_LT(worst_off, 6ms);
  EXPECT_LT(worst_apart, 3ms);
  EXPECT_LT(worst_step, 100us);
}
INSTANTIATE_TEST_SUITE_P(Ppm, StreamTimeDrift,
                         ::testing::Values(std::tuple{0.0, 0.0}, std::tuple{200.0, 200.0},
                                           std::tuple{-200.0, -200.0}, std::tuple{-50.0, 200.0},
                                           std::tuple{100.0, -100.0}));

TEST(StreamTime, FollowsDriftWithoutReportsToo) {
  for (const double ppm : {-200.0, 200.0}) {
    StreamTime time(48'000);
    const Clocks clock{.rtp_ppm = ppm, .rate = 48'000};
    base::Duration worst{};
    for (base::Duration t = 0ms; t < 2h; t += 20ms) {
      const base::Instant heard = observe(time, clock.rtp(t), t + 30ms);
      if (t > 1min) worst = std::max(worst, std::chrono::abs(heard - at(t + 30ms)));
    }
    EXPECT_LT(worst, 6ms) << ppm;
  }
}

TEST(StreamTime, DoesNotBelieveReportsThatPlaceMediaElsewhere) {
  const auto source = std::make_shared<SourceTime>();
  StreamTime sound(48'000, source), picture(90'000, source);
  const Clocks clock{.rate = 48'000}, wrong{.rate = 90'000, .wall = 1'700'000'040s};
  base::Instant heard{}, shown{};
  for (base::Duration t = 0ms; t < 20s; t += 20ms) {
    heard = observe(sound, clock.rtp(t), t);
    shown = observe(picture, wrong.rtp(t), t);
    if (t % 1s == 0s)
      sound.receive_sender_report(clock.report(t), at(t)),
          picture.receive_sender_report(wrong.report(t), at(t));
  }
  EXPECT_NEAR(base::to_ms(heard - at(19'980ms)), 0, 1);
  EXPECT_NEAR(base::to_ms(shown - at(19'980ms)), 0, 1);
  sound.receive_sender_report({.ntp = {0}, .rtp = {5}}, at(20s));
}

TEST(StreamTime, StartsOverWhenTheSendersClockIsSet) {
  const auto source = std::make_shared<SourceTime>();
  StreamTime sound(48'000, source), picture(90'000, source);
  Clocks sound_clock{.rate = 48'000}, picture_clock{.rate = 90'000};
  for (base::Duration t = 0ms; t < 40s; t += 20ms) {
    if (t == 20s) sound_clock.wall += 1h, picture_clock.wall += 1h;
    const base::Instant heard = observe(sound, sound_clock.rtp(t), t + 10ms);
    const base::Instant shown = observe(picture, picture_clock.rtp(t), t + 40ms);
    if (t % 2s == 0s) sound.receive_sender_report(sound_clock.report(t), at(t + 10ms));
    if (t % 2s == 1s) picture.receive_sender_report(picture_clock.report(t), at(t + 40ms));
    ASSERT_LT(std::chrono::abs(heard - at(t)), 60ms) << base::to_ms(t);
    ASSERT_LT(std::chrono::abs(shown - at(t)), 60ms) << base::to_ms(t);
  }
}

TEST(Lateness, KnowsWhatNearlyAllPacketsNeed) {
  Lateness lateness;
  EXPECT_EQ(lateness.quantile(0.97), 0ms);
  for (int i = 0; i < 1000; ++i) lateness.add(i % 20 == 0 ? 63ms : 8ms, at(i * 20ms));
  EXPECT_EQ(lateness.quantile(0.9), 10ms);
  EXPECT_EQ(lateness.quantile(0.97), 65ms);
  EXPECT_EQ(lateness.quantile(1), 65ms);
  for (int i = 1000; i < 6000; ++i) lateness.add(-1ms, at(i * 20ms));
  EXPECT_EQ(lateness.quantile(0.97), 0ms) << "what was a while ago is forgotten";
  lateness.add(1h, at(200s));
  EXPECT_EQ(lateness.quantile(1), 995ms);
}

}  // namespace
}  // namespace kaskado::media
