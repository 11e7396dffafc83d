// What tells of a queue: groups of arrivals and their trend.
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "rtp/bandwidth/arrival_groups.hpp"
#include "rtp/bandwidth/trendline.hpp"

namespace kaskado::rtp {
namespace {

using namespace std::chrono_literals;

TEST(ArrivalGroups, ComparesBurstsByTheirLastPackets) {
  ArrivalGroups groups;
  EXPECT_FALSE(groups.add(0, 100ms));
  EXPECT_FALSE(groups.add(2'000, 103ms)) << "within 5 ms";
  EXPECT_FALSE(groups.add(20'000, 120ms)) << "one burst to compare with is missing";
  const auto delay = groups.add(40'000, 145ms);
  ASSERT_TRUE(delay);
  EXPECT_EQ(delay->sent_apart, 18ms);
  EXPECT_EQ(delay->arrived_apart, 17ms);
  EXPECT_EQ(delay->variation(), -1ms);
}

TEST(ArrivalGroups, TakesWhatWasGatheredOnTheWayForOneBurst) {
  ArrivalGroups groups;
  groups.add(0, 100ms);
  EXPECT_FALSE(groups.add(20'000, 101ms));
  EXPECT_FALSE(groups.add(40'000, 102ms));
  EXPECT_FALSE(groups.add(60'000, 160ms)) << "all before was the first one";
  const auto delay = groups.add(80'000, 180ms);
  ASSERT_TRUE(delay);
  EXPECT_EQ(delay->sent_apart, 20ms);
  EXPECT_EQ(delay->arrived_apart, 58ms);
}

TEST(ArrivalGroups, LeavesOutWhatWasOvertakenAndClocksThatAreSet) {
  ArrivalGroups groups;
  groups.add(100'000, 100ms);
  EXPECT_FALSE(groups.add(50'000, 101ms));
  groups.add(120'000, 120ms);
  groups.add(140'000, 10s);
  EXPECT_FALSE(groups.add(160'000, 10s + 20ms)) << "a jump of ten seconds is no queue";
  groups.add(180'000, 10s + 40ms);
  EXPECT_EQ(groups.add(200'000, 10s + 60ms)->variation(), 0ms);
}

TEST(ArrivalGroups, GoesOnOverTheWrapOfMicroseconds) {
  ArrivalGroups groups;
  groups.add(0xffff'ffff - 10'000, 0ms);
  groups.add(0xffff'ffff, 10ms);
  const auto delay = groups.add(20'000, 31ms);
  ASSERT_TRUE(delay);
  EXPECT_EQ(delay->sent_apart, 10ms);
}

// Bursts 20 ms apart, each longer under way than the one before.
NetworkUse use_after(int bursts, base::Duration each, double noise_ms = 0) {
  Trendline trend;
  base::SeededRandom random(3);
  base::Duration arrived{}, before{};
  bool over = false, under = false;
  for (int i = 1; i <= bursts; ++i) {
    const auto noise = std::chrono::microseconds{static_cast<int>(noise_ms * 1000 * random.unit())};
    arrived = i * (20ms + each) + noise;
    trend.add({20ms, arrived - before}, arrived);
    before = arrived;
    over |= trend.use() == NetworkUse::over;
    under |= trend.use() == NetworkUse::under;
  }
  return over ? NetworkUse::over : under ? NetworkUse::under : NetworkUse::normal;
}

TEST(Trendline, SeesAQueueGrowAndShrink) {
  EXPECT_EQ(use_after(100, 0ms), NetworkUse::normal);
  EXPECT_EQ(use_after(40, 3ms), NetworkUse::over);
  EXPECT_EQ(use_after(40, -3ms), NetworkUse::under);
}

TEST(Trendline, IsNotMovedByJitter) {
  EXPECT_EQ(use_after(500, 0ms, 5), NetworkUse::normal);
}

TEST(Trendline, SaysNothingBeforeItsWindowIsFull) {
  EXPECT_EQ(use_after(19, 3ms), NetworkUse::normal);
}

// §5.5: so that a queue which others fill does not starve this sender.
TEST(Trendline, GetsUsedToATrendThatLasts) {
  Trendline trend;
  for (int i = 1; i <= 400; ++i) trend.add({20ms, 20ms + 1200us}, i * 21200us);
  EXPECT_GT(trend.trend_ms(), 13);
  EXPECT_NEAR(trend.threshold_ms(), trend.trend_ms(), 0.5);
  for (int i = 401; i <= 800; ++i) trend.add({20ms, 20ms}, 400 * 21200us + (i - 400) * 20ms);
  EXPECT_NEAR(trend.threshold_ms(), 6, 0.1) << "and out of it again";
}

}  // namespace
}  // namespace kaskado::rtp
