#include "media/mixing/mixing_clock.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "mixing/test_time.hpp"

namespace kaskado::media {
namespace {

using namespace std::chrono_literals;

using test::at;

TEST(MixingClock, GivesPicturesAndBlocksAtTheirRates) {
  MixingClock clock(30, at(0s));
  int pictures = 0, blocks = 0;
  for (int ms = 0; ms < 10'000; ++ms) {
    EXPECT_LE(clock.deadline(), at(1ms * (ms + 33)));
    const MixingClock::Due due = clock.advance(at(1ms * ms));
    pictures += due.picture.has_value();
    blocks += due.blocks;
    if (due.picture) {
      EXPECT_EQ((*due.picture - at(0s)).count(), std::llround((pictures - 1) * (1e9 / 30)));
    }
    if (due.blocks > 0) {
      EXPECT_EQ(due.first_block, at(20ms * (blocks - 1)));
    }
  }
  EXPECT_EQ(pictures, 300);
  EXPECT_EQ(blocks, 500);
}

TEST(MixingClock, HasNothingBeforeItsDeadline) {
  MixingClock clock(25, at(0s));
  clock.advance(at(0s));
  EXPECT_EQ(clock.deadline(), at(20ms));
  const MixingClock::Due due = clock.advance(at(20ms) - 1ns);
  EXPECT_FALSE(due.picture);
  EXPECT_EQ(due.blocks, 0);
  clock.advance(at(20ms));
  EXPECT_EQ(clock.deadline(), at(40ms));
}

TEST(MixingClock, DoesNotBurstAfterAStall) {
  MixingClock clock(30, at(0s));
  clock.advance(at(0s));
  const MixingClock::Due due = clock.advance(at(3s));
  EXPECT_EQ(due.picture, at(3s));
  EXPECT_EQ(clock.skipped_pictures(), 89u);
  EXPECT_EQ(due.blocks, MixingClock::kMaxBlocks);
  EXPECT_EQ(due.first_block, at(3s) - 80ms);
  EXPECT_EQ(clock.skipped_blocks(), 145u);
  const MixingClock::Due next = clock.advance(at(3020ms));
  EXPECT_FALSE(next.picture);
  EXPECT_EQ(next.blocks, 1);
}

TEST(MixingClock, MakesUpForAShortStallOfSound) {
  MixingClock clock(30, at(0s));
  clock.advance(at(0s));
  const MixingClock::Due due = clock.advance(at(100ms));
  EXPECT_EQ(due.blocks, 5);
  EXPECT_EQ(due.first_block, at(20ms));
  EXPECT_EQ(clock.skipped_blocks(), 0u);
}

TEST(MixingClock, ChangesItsRate) {
  MixingClock clock(10, at(0s));
  clock.advance(at(0s));
  clock.set_frames_per_second(50);
  EXPECT_FALSE(clock.advance(at(99ms)).picture);
  EXPECT_EQ(clock.advance(at(100ms)).picture, at(100ms));
  EXPECT_EQ(clock.advance(at(120ms)).picture, at(120ms));
  clock.set_frames_per_second(1e9);  // as fast as is allowed
  clock.advance(at(140ms));
  EXPECT_FALSE(clock.advance(at(148ms)).picture);
  EXPECT_TRUE(clock.advance(at(149ms)).picture);
}

}  // namespace
}  // namespace kaskado::media
