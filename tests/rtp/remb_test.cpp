#include "rtp/remb.hpp"

#include <gtest/gtest.h>

#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using namespace std::chrono_literals;

class Generator : public ::testing::Test {
 protected:
  std::uint64_t update(std::uint8_t loss, std::uint64_t rate, std::uint32_t packets = 100) {
    now_ += RembGenerator::kInterval;
    EXPECT_TRUE(generator_.advance({loss, packets, rate}, now_));
    return generator_.bitrate_bps();
  }
  base::Instant now_ = at(0s);
  RembGenerator generator_{{}};
};

TEST_F(Generator, StartsWhereItIsToldTo) {
  EXPECT_EQ(generator_.bitrate_bps(), 300'000u);
}

TEST_F(Generator, GrowsByFourPercentUntilThereAreLosses) {
  EXPECT_EQ(update(0, 300'000), 312'000u);
  EXPECT_EQ(update(0, 312'000), 324'480u);
}

TEST_F(Generator, DoesNothingBetweenItsIntervals) {
  EXPECT_TRUE(generator_.advance({0, 100, 300'000}, at(0s)));
  EXPECT_EQ(generator_.deadline(), at(500ms));
  EXPECT_FALSE(generator_.advance({0, 100, 300'000}, at(499ms)));
  EXPECT_EQ(generator_.bitrate_bps(), 312'000u);
}

TEST_F(Generator, HalvesOnLossesAndThenClimbsInSteps) {
  for (int i = 0; i < 20; ++i) update(0, generator_.bitrate_bps());
  const std::uint64_t before = generator_.bitrate_bps();
  const std::uint64_t after = update(64, before);
  EXPECT_NEAR(static_cast<double>(after), static_cast<double>(before) / 2,
              static_cast<double>(before) * 0.15);
  // Exponentially up to the threshold (80 %), then a thirtieth of the rest each time.
  std::uint64_t last = after;
  std::uint64_t step = 0;
  int updates = 0;
  for (; last < before && updates < 200; ++updates) {
    const std::uint64_t next = update(0, before);
    step = next - last;
    last = next;
  }
  EXPECT_GT(updates, 30);
  EXPECT_LT(updates, 100);
  EXPECT_LT(step, before / 100);
}

TEST_F(Generator, ToleratesLossesBelowTheMark) {
  EXPECT_GT(update(11, 300'000), 300'000u);
  EXPECT_GT(update(11, 300'000), 312'000u);
}

TEST_F(Generator, WeighsLossesByThePacketsTheyStandFor) {
  EXPECT_GT(update(64, 300'000, 10), 300'000u);  // 64 · 10 / 100 is below 12
  EXPECT_LT(update(64, 300'000, 10), 300'000u);  // but not if it goes on
}

TEST_F(Generator, StaysWithinTwiceOfWhatComes) {
  for (int i = 0; i < 100; ++i) update(0, 400'000);
  EXPECT_EQ(generator_.bitrate_bps(), 800'000u);
}

TEST_F(Generator, HoldsWhileNothingComes) {
  update(0, 300'000);
  EXPECT_EQ(update(0, 0, 0), 312'000u);
}

TEST(RembRelay, GivesTheSmallestThatIsStillFresh) {
  RembRelay relay(10);
  EXPECT_EQ(relay.smallest_bps(at(0s)), 0u);
  EXPECT_TRUE(relay.receive(1, 2'000'000, at(0s)));
  EXPECT_TRUE(relay.receive(2, 500'000, at(1s)));
  EXPECT_TRUE(relay.receive(3, 900'000, at(3s)));
  EXPECT_EQ(relay.smallest_bps(at(3s)), 500'000u);
  EXPECT_EQ(relay.smallest_bps(at(5999ms)), 500'000u);
  EXPECT_EQ(relay.smallest_bps(at(6s)), 900'000u);
  EXPECT_EQ(relay.size(), 1u);
  relay.forget(3);
  EXPECT_EQ(relay.smallest_bps(at(6s)), 0u);
}

TEST(RembRelay, TakesTheNewestOfEachAndNoMoreThanItMay) {
  RembRelay relay(2);
  relay.receive(7, 500'000, at(0s));
  relay.receive(7, 9'000'000, at(1s));
  EXPECT_EQ(relay.smallest_bps(at(1s)), 9'000'000u);
  relay.receive(3, 10, at(1s));
  EXPECT_EQ(relay.smallest_bps(at(1s)), 10u);
  EXPECT_FALSE(relay.receive(9, 1, at(1s)));
  EXPECT_TRUE(relay.receive(3, 400'000, at(1s)));
  EXPECT_EQ(relay.smallest_bps(at(1s)), 400'000u);
}

}  // namespace
}  // namespace kaskado::rtp
