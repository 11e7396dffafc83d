// The estimator behind bottlenecks of every size: uses them, keeps their queues short, follows them down and
// up.
#include <gtest/gtest.h>

#include "bottleneck.hpp"

namespace kaskado::sim {
namespace {

class Bottleneck : public testing::TestWithParam<BottleneckSetup> {};

TEST_P(Bottleneck, IsUsedWithoutAQueue) {
  const BottleneckSetup& setup = GetParam();
  const BottleneckReport report = run_bottleneck(setup);
  if (setup.competes) {
    // How long the queue is says the other flow.
    EXPECT_GE(report.utilisation(20s, setup.length), 0.85);
    EXPECT_GE(report.media_share(20s, setup.length), 0.02);
  } else if (setup.steps.empty()) {
    EXPECT_GE(report.utilisation(20s, setup.length), 0.85);
    EXPECT_LE(report.queueing_p95_ms(), 100);
  } else {
    EXPECT_LE(report.seconds_to_calm(setup.steps[0].at, 100), 2);
    EXPECT_LE(report.seconds_to_use(setup.steps[1].at, 0.85), 15);
    EXPECT_LE(report.queueing_p95_ms(), 100);
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Bottleneck, testing::ValuesIn(bottleneck_table()), [](const auto& instance) {
  std::string name;
  for (const char c : instance.param.name) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
});

TEST(BottleneckTable, IsTheSameEachTime) {
  const BottleneckSetup setup = bottleneck_table()[5];
  EXPECT_EQ(run_bottleneck(setup).queueing_ms, run_bottleneck(setup).queueing_ms);
}

TEST(BottleneckTable, ASenderOfLittleIsNotHeldBackAndPadsLittle) {
  const BottleneckReport report =
      run_bottleneck({.name = "little", .capacity_bps = 3e6, .source_bps = 200e3});
  EXPECT_NEAR(report.media_share(20s, 60s) * 3e6, 200e3, 20e3);
  EXPECT_LT(report.queueing_p95_ms(), 10);
}

}  // namespace
}  // namespace kaskado::sim
