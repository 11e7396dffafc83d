#include "pipeline/bitrate_class.hpp"

#include <gtest/gtest.h>

namespace kaskado::pipeline {
namespace {

using namespace std::chrono_literals;

class BitrateClasses : public testing::Test {
 protected:
  // A REMB a second; the class at the end.
  int after(int seconds, std::uint64_t bitrate_bps, const SharedRates& others) {
    for (int i = 0; i < seconds; ++i) {
      receiver.receive(bitrate_bps, others, now);
      now += 1s;
    }
    return receiver.value();
  }

  BitrateClass receiver;
  base::Instant now{};
};

TEST_F(BitrateClasses, WhoIsAloneStays) {
  EXPECT_EQ(after(20, 1'000, {}), 0);
}

TEST_F(BitrateClasses, WhoIsSlowForAWhileGoesDownAClass) {
  EXPECT_EQ(after(2, 400'000, {.here_bps = 1'000'000}), 0);
  EXPECT_EQ(after(1, 400'000, {.here_bps = 1'000'000}), 1);
}

TEST_F(BitrateClasses, ADipIsNoReason) {
  for (int i = 0; i < 10; ++i) {
    after(2, 400'000, {.here_bps = 1'000'000});
    EXPECT_EQ(after(1, 600'000, {.here_bps = 1'000'000}), 0);
  }
}

TEST_F(BitrateClasses, ThereAreThree) {
  EXPECT_EQ(after(60, 1'000, {.here_bps = 1'000'000}), BitrateClass::kClasses - 1);
}

TEST_F(BitrateClasses, WhoIsFastAgainComesBack) {
  after(3, 400'000, {.here_bps = 1'000'000});
  EXPECT_EQ(after(60, 600'000, {.above_bps = 1'000'000}), 1);
  EXPECT_EQ(after(5, 700'000, {.above_bps = 1'000'000}), 1);
  EXPECT_EQ(after(1, 700'000, {.above_bps = 1'000'000}), 0);
}

TEST_F(BitrateClasses, WhereNobodyIsFasterThereIsNowhereToGo) {
  after(3, 400'000, {.here_bps = 1'000'000});
  EXPECT_EQ(after(60, 5'000'000, {}), 1);
}

}  // namespace
}  // namespace kaskado::pipeline
