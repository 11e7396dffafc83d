#include "loss.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace kaskado::bench {
namespace {

std::vector<bool> taken(Loss loss, int datagrams) {
  std::vector<bool> all;
  for (int i = 0; i < datagrams; ++i) all.push_back(loss.takes());
  return all;
}

TEST(LossTest, TakesItsShare) {
  const std::vector<bool> all = taken(Loss(0.02, 7), 100'000);
  EXPECT_NEAR(static_cast<double>(std::count(all.begin(), all.end(), true)), 2000, 200);
}

TEST(LossTest, IsTheSameWithTheSameSeedOnly) {
  EXPECT_EQ(taken(Loss(0.5, 7), 200), taken(Loss(0.5, 7), 200));
  EXPECT_NE(taken(Loss(0.5, 7), 200), taken(Loss(0.5, 8), 200));
}

TEST(LossTest, TakesNothingWhereItIsNotAskedFor) {
  EXPECT_FALSE(Loss().any());
  EXPECT_EQ(taken(Loss(), 1000), std::vector<bool>(1000, false));
}

}  // namespace
}  // namespace kaskado::bench
