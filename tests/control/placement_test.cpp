#include "control/placement.hpp"

#include <gtest/gtest.h>

#include <array>

namespace kaskado::control {
namespace {

TEST(Placement, PipelinesGoInTurnWhileNobodyIsBusy) {
  Placement placement(3, 0.7);
  for (const std::size_t shard : {0u, 1u, 2u, 0u}) {
    EXPECT_EQ(placement.for_pipeline(), shard);
    placement.pipeline_made(shard);
  }
  placement.pipeline_gone(1);
  EXPECT_EQ(placement.for_pipeline(), 1u);
}

TEST(Placement, APipelineGoesWhereThereIsMostToSpare) {
  Placement placement(3, 0.7);
  placement.measured(std::array{0.5, 0.9, 0.2});
  EXPECT_EQ(placement.for_pipeline(), 2u);
  placement.pipeline_made(2);
  EXPECT_EQ(placement.for_pipeline(), 2u);
  placement.measured(std::array{0.01, 0.02, 0.03});
  EXPECT_EQ(placement.for_pipeline(), 0u);
}

TEST(Placement, EndpointsStayAtHomeWhileItHasTime) {
  Placement placement(2, 0.7);
  placement.measured(std::array{0.65, 0.0});
  EXPECT_EQ(placement.for_endpoint(0), 0u);
  EXPECT_EQ(placement.for_endpoint(1), 1u);
}

TEST(Placement, EndpointsOfABusyHomeGoToTheLeastBusy) {
  Placement placement(3, 0.7);
  placement.measured(std::array{0.8, 0.4, 0.3});
  EXPECT_EQ(placement.for_endpoint(0), 2u);
  EXPECT_EQ(placement.for_endpoint(1), 1u);
}

TEST(Placement, WhatIsPlacedCountsBeforeItIsMeasured) {
  Placement placement(2, 0.7);
  placement.measured(std::array{0.69, 0.0});
  int away = 0;
  for (int i = 0; i < 100; ++i) away += placement.for_endpoint(0) == 1;
  EXPECT_EQ(away, 95);
  // As many stay as bring home to its limit.
  placement.measured(std::array{0.69, 0.0});
  EXPECT_EQ(placement.for_endpoint(0), 0u);
}

TEST(Placement, NobodyGoesWhereItIsNoBetter) {
  Placement placement(2, 0.7);
  placement.measured(std::array{0.92, 0.9});
  EXPECT_EQ(placement.for_endpoint(0), 0u);
}

TEST(Placement, OneKeepsAPipelineTogetherAndNoneSpreadsItInTurn) {
  Placement together(2, 1);
  together.measured(std::array{1.0, 0.0});
  EXPECT_EQ(together.for_endpoint(0), 0u);
  Placement spread(2, 0);
  std::array<int, 2> placed{};
  for (int i = 0; i < 10; ++i) ++placed[spread.for_endpoint(0)];
  EXPECT_EQ(placed, (std::array{5, 5}));
}

}  // namespace
}  // namespace kaskado::control
