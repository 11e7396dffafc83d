#include "histogram.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace kaskado::bench {
namespace {

using std::chrono::microseconds;

TEST(HistogramTest, GivesZerosWhileItIsEmpty) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.percentile(0.99).count(), 0);
  EXPECT_EQ(histogram.greatest().count(), 0);
}

TEST(HistogramTest, PercentilesAreWithinOneThirtySecondAndNotTooLow) {
  Histogram histogram;
  for (int us = 1; us <= 100'000; ++us) histogram.add(microseconds{us});
  for (const double share : {0.001, 0.5, 0.9, 0.99, 0.999}) {
    const double exact_ns = share * 1e8;
    const auto told_ns = static_cast<double>(histogram.percentile(share).count());
    EXPECT_GE(told_ns, exact_ns * 0.999999) << share;
    EXPECT_LE(told_ns, exact_ns * (1 + 1 / 32.0) + 1) << share;
  }
  EXPECT_EQ(histogram.percentile(1), microseconds{100'000});
  EXPECT_EQ(histogram.greatest(), microseconds{100'000});
}

TEST(HistogramTest, OneValueIsEveryPercentile) {
  base::SeededRandom random(1);
  for (int i = 0; i < 1000; ++i) {
    Histogram histogram;
    const base::Duration value{static_cast<std::int64_t>(random.u64() >> (20 + random.below(40)))};
    histogram.add(value);
    EXPECT_EQ(histogram.percentile(0.5), value);
  }
}

TEST(HistogramTest, ClocksThatDisagreeCountAsNothing) {
  Histogram histogram;
  histogram.add(microseconds{-5});
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.percentile(1).count(), 0);
}

TEST(HistogramTest, BeginsAnewWhenCleared) {
  Histogram histogram;
  histogram.add(microseconds{5});
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0u);
}

}  // namespace
}  // namespace kaskado::bench
