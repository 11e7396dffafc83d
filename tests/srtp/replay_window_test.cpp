#include "srtp/replay_window.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/random.hpp"

namespace kaskado::srtp {
namespace {

TEST(ReplayWindow, TakesEachIndexOnce) {
  ReplayWindow<4> window;
  EXPECT_FALSE(window.was_taken(0));
  window.take(0);
  EXPECT_TRUE(window.was_taken(0));
  EXPECT_FALSE(window.was_taken(1));
  window.take(100);
  EXPECT_FALSE(window.was_taken(99));
  EXPECT_TRUE(window.was_taken(0));
}

TEST(ReplayWindow, WhatIsOlderThanTheWindowCountsAsTaken) {
  ReplayWindow<4> window;
  window.take(1000);
  EXPECT_EQ(ReplayWindow<4>::kIndices, 192u);
  EXPECT_FALSE(window.was_taken(1000 - 191));
  EXPECT_TRUE(window.was_taken(1000 - 192));
  EXPECT_TRUE(window.was_taken(0));
}

TEST(ReplayWindow, ResumedOneRefusesAllUpToItsIndex) {
  for (const std::uint64_t highest : {0ull, 63ull, 64ull, 127ull, 5000ull, 0xffffffffffffull}) {
    auto window = ReplayWindow<4>::resumed(highest);
    EXPECT_TRUE(window.was_taken(highest));
    EXPECT_TRUE(window.was_taken(highest / 2));
    EXPECT_FALSE(window.was_taken(highest + 1));
    window.take(highest + 70);
    EXPECT_FALSE(window.was_taken(highest + 1)) << "still to come";
    EXPECT_TRUE(window.was_taken(highest));
  }
}

// Against a plain set, with small steps, reordering and jumps of more than the whole ring.
TEST(ReplayWindow, AgreesWithASet) {
  base::SeededRandom random(3);
  ReplayWindow<4> window;
  std::set<std::uint64_t> taken;
  std::uint64_t highest = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t base = highest > 220 ? highest - 220 : 0;
    std::uint64_t index = base + random.below(260);
    if (random.below(1000) == 0) index = highest + random.below(2000);
    const bool too_old = !taken.empty() && index <= highest && highest - index >= ReplayWindow<4>::kIndices;
    ASSERT_EQ(window.was_taken(index), too_old || taken.contains(index)) << i << " " << index;
    if (too_old || taken.contains(index)) continue;
    window.take(index);
    taken.insert(index);
    highest = std::max(highest, index);
    ASSERT_EQ(window.highest(), highest);
  }
}

// RFC 3711 §3.3.1 and appendix A.
TEST(EstimateIndex, FollowsTheHalfSpaceRule) {
  EXPECT_EQ(estimate_index(0x1'0005, 6), 0x1'0006u);
  EXPECT_EQ(estimate_index(0x1'0005, 0xfffe), 0x0'fffeu) << "late, from before the rollover";
  EXPECT_EQ(estimate_index(0x1'fffe, 3), 0x2'0003u) << "the rollover";
  EXPECT_EQ(estimate_index(0x1'fffe, 0xff00), 0x1'ff00u);
  EXPECT_EQ(estimate_index(0x1'0000, 0x8000), 0x1'8000u) << "exactly half is ahead";
  EXPECT_EQ(estimate_index(0x1'0000, 0x8001), 0x0'8001u);
  EXPECT_EQ(estimate_index(0x1'8000, 0), 0x1'0000u);
  EXPECT_EQ(estimate_index(0x1'8001, 0), 0x2'0000u);
}

TEST(EstimateIndex, NothingIsBeforeTheFirstRollover) {
  EXPECT_EQ(estimate_index(5, 0xfffe), 0xfffeu);
}

}  // namespace
}  // namespace kaskado::srtp
