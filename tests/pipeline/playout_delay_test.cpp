#include "pipeline/playout_delay.hpp"

#include <gtest/gtest.h>

namespace kaskado::pipeline {
namespace {

using namespace std::chrono_literals;

constexpr base::Instant at(base::Duration passed) { return base::Instant{std::chrono::hours{1}} + passed; }

TEST(PlayoutDelay, IsLeftToReceiversWhereLittleIsLostOrTheWayIsShort) {
  PlayoutDelay delay;
  EXPECT_FALSE(delay.advance(0, 100ms, at(0s)));
  EXPECT_FALSE(delay.advance(0.009, 400ms, at(1s)));
  EXPECT_FALSE(delay.advance(0.5, 20ms, at(2s)));
}

TEST(PlayoutDelay, AllowsForTwoRepairsOfALossyWay) {
  PlayoutDelay delay;
  EXPECT_EQ(delay.advance(0.05, 100ms, at(0s)), 350ms);
  EXPECT_EQ(delay.advance(0.05, 105ms, at(1s)), 350ms) << "in steps";
  EXPECT_EQ(delay.advance(0.05, 120ms, at(2s)), 400ms) << "more at once";
  EXPECT_EQ(delay.advance(0.05, 900ms, at(3s)), 500ms) << "and no more than that";
}

TEST(PlayoutDelay, IsTakenBackAfterHalfAMinute) {
  PlayoutDelay delay;
  delay.advance(0.05, 100ms, at(0s));
  EXPECT_EQ(delay.advance(0, 100ms, at(10s)), 350ms);
  EXPECT_EQ(delay.advance(0.05, 100ms, at(35s)), 350ms) << "it loses again";
  EXPECT_EQ(delay.advance(0, 100ms, at(40s)), 350ms);
  EXPECT_EQ(delay.advance(0, 100ms, at(69s)), 350ms);
  EXPECT_EQ(delay.advance(0, 100ms, at(70s)), 0ms) << "and the receiver has to be told";
}

}  // namespace
}  // namespace kaskado::pipeline
