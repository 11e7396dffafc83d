#include "media/playback/playback_clock.hpp"

#include <gtest/gtest.h>

namespace kaskado::media {
namespace {

using namespace std::chrono_literals;

constexpr base::Instant at(base::Duration since) {
  return base::Instant{} + 1h + since;
}

TEST(PlaybackClock, DoesNotDriftInAnHour) {
  PlaybackClock clock;
  clock.start(0s, at(0s));
  // 29.97 pictures a second, in units that no clock of ours has.
  for (std::int64_t picture = 0; picture < 107'892; ++picture) {
    const base::Duration position{picture * 1'001'000'000 / 30};
    ASSERT_EQ(clock.due(position), at(position));
  }
  EXPECT_EQ(clock.position(at(1h)), 1h);
}

TEST(PlaybackClock, StandsStillWhileItIsPaused) {
  PlaybackClock clock;
  clock.start(10s, at(0s));
  clock.pause(at(2s));
  EXPECT_EQ(clock.position(at(5s)), 12s);
  clock.resume(at(7s));
  EXPECT_EQ(clock.position(at(8s)), 13s);
  EXPECT_EQ(clock.due(12s), at(7s));
}

TEST(PlaybackClock, StaysPausedWhenItIsMoved) {
  PlaybackClock clock;
  clock.start(0s, at(0s));
  clock.pause(at(1s));
  clock.start(30s, at(2s));
  EXPECT_TRUE(clock.paused());
  EXPECT_EQ(clock.position(at(9s)), 30s);
  clock.resume(at(10s));
  EXPECT_EQ(clock.due(31s), at(11s));
}

TEST(PlaybackClock, WaitsForASourceThatCannotFollow) {
  PlaybackClock clock;
  clock.start(0s, at(0s));
  clock.delay(300ms);
  EXPECT_EQ(clock.due(1s), at(1300ms));
  EXPECT_EQ(clock.position(at(1300ms)), 1s);
}

}  // namespace
}  // namespace kaskado::media
