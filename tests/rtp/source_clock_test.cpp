#include "rtp/source_clock.hpp"

#include <gtest/gtest.h>

#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using namespace std::chrono_literals;

SenderInfo info(base::Duration sender_time, std::uint32_t rtp) {
  constexpr std::int64_t kStart = 1'700'000'000'000'000'000;
  return {.ntp = NtpTime::of({kStart + sender_time.count()}), .rtp = Timestamp{rtp}};
}

TEST(SourceClock, RunsOnFromTheLastReport) {
  SourceClock clock;
  EXPECT_FALSE(clock.known());
  clock.receive(info(0s, 1000), at(0s));
  EXPECT_EQ(clock.timestamp_at(at(1s), 90000).value, 91000u);
  clock.receive(info(2s, 181000), at(2s));
  EXPECT_NEAR(clock.timestamp_at(at(3s), 90000).value, 271000u, 1);
}

TEST(SourceClock, TrustsTheReportThatTravelledFastest) {
  SourceClock clock;
  clock.receive(info(0s, 0), at(80ms));
  clock.receive(info(1s, 90000), at(1010ms));
  clock.receive(info(2s, 180000), at(2200ms));  // 200 ms on its way, 190 more than the fastest
  EXPECT_NEAR(clock.timestamp_at(at(2210ms), 90000).value, 198000u, 2);
}

TEST(SourceClock, KeepsTwoStreamsOfOneSenderInStep) {
  SourceClock audio, video;
  for (int i = 0; i < 8; ++i) {
    audio.receive(info(i * 1s, static_cast<std::uint32_t>(i) * 48000), at(i * 1s + (i % 3) * 15ms));
    video.receive(info(i * 1s + 300ms, static_cast<std::uint32_t>(i) * 90000 + 27000),
                  at(i * 1s + 300ms + (i % 4) * 20ms));
  }
  EXPECT_NEAR(audio.timestamp_at(at(10s), 48000).value / 48000.0,
              video.timestamp_at(at(10s), 90000).value / 90000.0, 0.0001);
}

TEST(SourceClock, StartsOverWhenTheSendersClockSteps) {
  SourceClock clock;
  clock.receive(info(0s, 0), at(0s));
  clock.receive(info(5000s, 90000), at(1s));
  EXPECT_EQ(clock.timestamp_at(at(1s), 90000).value, 90000u);
  clock.receive(info(-1000000s, 180000), at(2s));
  EXPECT_EQ(clock.timestamp_at(at(3s), 90000).value, 270000u);
}

TEST(SourceClock, GivesLsrAndDlsr) {
  SourceClock clock;
  EXPECT_EQ(clock.last_sender_report(), 0u);
  EXPECT_EQ(clock.delay_since_last_sender_report(at(1s)), 0u);
  clock.receive({.ntp = NtpTime{0x1122334455667788}}, at(1s));
  EXPECT_EQ(clock.last_sender_report(), 0x33445566u);
  EXPECT_EQ(clock.delay_since_last_sender_report(at(2500ms)), 0x18000u);
}

TEST(SourceClock, HoldsAgainstAnyReport) {
  SourceClock clock;
  for (const std::uint64_t ntp : {0ull, ~0ull, 1ull << 63, 1ull, (1ull << 63) - 1}) {
    clock.receive({.ntp = NtpTime{ntp}}, at(0s));
    clock.timestamp_at(at(1s), 90000);
  }
}

}  // namespace
}  // namespace kaskado::rtp
