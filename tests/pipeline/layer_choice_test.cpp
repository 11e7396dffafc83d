#include "pipeline/layer_choice.hpp"

#include <gtest/gtest.h>

#include <array>

namespace kaskado::pipeline {
namespace {

using namespace std::chrono_literals;

class Choice : public testing::Test {
 protected:
  // A quarter of a second passes.
  std::size_t step(std::uint64_t told_kbps, std::uint64_t most_kbps = 0) {
    now += 250ms;
    const Allowance allowance{told_kbps * 1000, most_kbps == 0 ? told_kbps * 1000 : most_kbps * 1000};
    current = choice.choose(rates, current, allowance, now);
    return *current;
  }
  std::size_t steps(int count, std::uint64_t told_kbps, std::uint64_t most_kbps = 0) {
    for (int i = 0; i < count; ++i) step(told_kbps, most_kbps);
    return *current;
  }

  LayerChoice choice;
  std::array<std::uint64_t, 3> rates{120'000, 450'000, 2'000'000};
  std::optional<std::size_t> current;
  base::Instant now{100s};
};

TEST_F(Choice, BeginsWithTheBestThatFits) {
  EXPECT_EQ(step(500), 1u);
  current.reset();
  EXPECT_EQ(step(2'500), 2u);
  current.reset();
  EXPECT_EQ(step(100), 0u) << "something is better than nothing";
  current.reset();
  EXPECT_EQ(choice.choose(rates, {}, {}, now), 2u) << "nobody sets a bound";
}

TEST_F(Choice, GoesUpOnceThereHasBeenRoomForASecond) {
  step(150);
  EXPECT_EQ(steps(4, 500), 0u);
  EXPECT_EQ(step(500), 1u);
}

TEST_F(Choice, GoesDownAfterHalfASecondAndAtOnceWhereItIsFarTooMuch) {
  step(2'500);
  EXPECT_EQ(steps(2, 1'500), 2u);
  EXPECT_EQ(step(1'500), 1u);
  current = 2;
  EXPECT_EQ(step(500), 1u);
}

TEST_F(Choice, DoesNotWaverAboutTheRateOfALayer) {
  step(500);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(step(i % 2 == 0 ? 470 : 420), 1u);
  step(150);
  steps(4, 150);
  ASSERT_EQ(current, 0u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(step(i % 2 == 0 ? 480 : 440), 0u);
}

// A receiver that estimates from what it gets never tells of what the next layer needs.
TEST_F(Choice, TriesMoreWhereThereIsRoomAndRarelyWhereThatFails) {
  step(150);
  EXPECT_EQ(steps(15, 180, 10'000), 0u);
  EXPECT_EQ(steps(2, 180, 10'000), 1u);
  // The receiver sees no more than that come through: back, and the next trial takes twice as long.
  EXPECT_EQ(steps(12, 190, 10'000), 0u);
  EXPECT_EQ(steps(25, 180, 10'000), 0u);
  EXPECT_EQ(steps(9, 180, 10'000), 1u);
  // This time it gets it all, and says so.
  EXPECT_EQ(steps(38, 700, 10'000), 1u);
  EXPECT_EQ(steps(10, 700, 10'000), 2u) << "and tries the next as well";
}

TEST_F(Choice, TriesNothingBeyondABound) {
  step(150);
  EXPECT_EQ(steps(400, 180, 400), 0u);
}

TEST_F(Choice, IsAlwaysOneOfTheLayers) {
  current = 7;
  EXPECT_EQ(step(500), 1u);
}

}  // namespace
}  // namespace kaskado::pipeline
