#include "base/latency_histogram.hpp"

#include <gtest/gtest.h>

namespace kaskado::base {
namespace {

using namespace std::chrono_literals;

TEST(LatencyHistogram, HasNothingToTellBeforeTheFirst) {
  const LatencyHistogram none;
  EXPECT_EQ(none.count(), 0u);
  EXPECT_EQ(none.quantile(0.5), 0ns);
  EXPECT_EQ(none.most(), 0ns);
}

TEST(LatencyHistogram, KnowsEachValueWithinASixteenth) {
  for (std::int64_t ns = 1; ns < 1'000'000'000'000; ns = ns * 5 / 3 + 1) {
    LatencyHistogram histogram;
    histogram.record(Duration{ns});
    histogram.record(1h);
    const std::int64_t told = histogram.quantile(0.5).count();
    EXPECT_GE(told, ns);
    EXPECT_LE(told, ns + ns / 16);
  }
}

TEST(LatencyHistogram, TellsQuantilesAndTheMost) {
  LatencyHistogram histogram;
  for (int us = 1; us <= 1000; ++us) histogram.record(std::chrono::microseconds{us});
  EXPECT_EQ(histogram.count(), 1000u);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.5).count()), 500e3, 500e3 / 16);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.99).count()), 990e3, 990e3 / 16);
  EXPECT_EQ(histogram.quantile(1), 1ms);
  EXPECT_EQ(histogram.most(), 1ms);
}

TEST(LatencyHistogram, TakesWhatIsOutOfBounds) {
  LatencyHistogram histogram;
  histogram.record(-5ns);
  EXPECT_EQ(histogram.quantile(1), 0ns);
  histogram.record(24h);
  EXPECT_EQ(histogram.most(), LatencyHistogram::kMost);
  EXPECT_EQ(histogram.quantile(1), LatencyHistogram::kMost);
}

}  // namespace
}  // namespace kaskado::base
