#include "media/playback/live_clock.hpp"

#include <gtest/gtest.h>

namespace kaskado::media {
namespace {

using namespace std::chrono_literals;

constexpr base::Instant at(base::Duration since) {
  return base::Instant{} + 1h + since;
}

// 25 frames a second, of which each comes in `late(number)` after its time. Returns what the last was held up
// for.
template <typename Late>
base::Duration feed(LiveClock& clock, int from, int to, Late late) {
  base::Duration held{};
  for (int i = from; i < to; ++i) {
    const base::Duration position = i * 40ms;
    const base::Instant now = at(position + late(i));
    clock.observe(position, now);
    held = clock.due(position) - now;
  }
  return held;
}

TEST(LiveClock, HoldsNothingUpWhereAllComesInTime) {
  LiveClock clock(2s);
  EXPECT_EQ(feed(clock, 0, 1000, [](int) { return 20ms; }), 0ms);
  EXPECT_EQ(clock.delay(), 0ms);
}

TEST(LiveClock, GivesAHeapOfTheBeginningAtOnce) {
  LiveClock clock(2s);
  // Twelve frames were kept while the stream was looked into.
  for (int i = 0; i < 12; ++i) clock.observe(i * 40ms, at(480ms));
  feed(clock, 12, 50, [](int) { return 40ms; });
  EXPECT_EQ(clock.delay(), 0ms);
}

TEST(LiveClock, WaitsForWhatComesLateUpToItsBound) {
  LiveClock clock(200ms);
  feed(clock, 0, 100, [](int) { return 0ms; });
  const auto uneven = [](int i) { return i % 10 == 0 ? 120ms : 0ms; };
  EXPECT_EQ(feed(clock, 100, 200, uneven), 120ms);
  const auto stalled = [](int i) { return i % 10 == 0 ? 900ms : 0ms; };
  feed(clock, 200, 300, stalled);
  EXPECT_EQ(clock.delay(), 200ms);
}

TEST(LiveClock, ComesBackWhenAllIsWellAgain) {
  LiveClock clock(500ms);
  feed(clock, 0, 100, [](int) { return 0ms; });
  feed(clock, 100, 110, [](int) { return 300ms; });
  EXPECT_GE(clock.delay(), 250ms);
  feed(clock, 110, 110 + 25 * 60, [](int) { return 0ms; });
  EXPECT_LE(clock.delay(), 1ms);
}

TEST(LiveClock, FollowsACameraWhoseClockRunsFast) {
  LiveClock clock(500ms);
  // 200 ppm for an hour are 720 ms.
  base::Duration held{};
  for (int i = 0; i < 90'000; ++i) {
    const base::Duration position = i * 40ms;
    const base::Instant now = at(position - position / 5000);
    clock.observe(position, now);
    held = clock.due(position) - now;
    ASSERT_LE(held, 10ms) << i;
    ASSERT_GE(held, 0ms) << i;
  }
}

}  // namespace
}  // namespace kaskado::media
