// Runs the table of bottlenecks and prints what came of it as JSON, for bench/bandwidth.
#include <cstdio>
#include <utility>

#include "bottleneck.hpp"

namespace kaskado::sim {
namespace {

void print(const BottleneckReport& report, bool first) {
  const Duration end = report.setup.length;
  const bool steps = !report.setup.steps.empty();
  std::printf("%s{\"name\":\"%s\",\"utilisation\":%.4f,\"share\":%.4f,\"p95_ms\":%.1f,\"overflowed\":%.4f",
              first ? "" : ",\n", report.setup.name.c_str(), report.utilisation(20s, end),
              report.media_share(20s, end), report.queueing_p95_ms(),
              static_cast<double>(report.media_overflowed) / static_cast<double>(report.media_packets));
  if (steps) {
    std::printf(",\"down_s\":%.1f,\"up_s\":%.1f", report.seconds_to_calm(report.setup.steps[0].at, 100),
                report.seconds_to_use(report.setup.steps[1].at, 0.85));
  }
  std::printf(",\"samples\":[");
  for (std::size_t i = 0; i < report.samples.size(); ++i) {
    const BottleneckSample& s = report.samples[i];
    std::printf("%s[%.1f,%.0f,%.0f,%.0f,%.0f,%.1f]", i == 0 ? "" : ",", s.seconds, s.capacity_bps,
                s.target_bps, s.media_bps, s.other_bps, s.queueing_ms);
  }
  std::printf("]}");
}

}  // namespace
}  // namespace kaskado::sim

int main() {
  using namespace kaskado::sim;
  std::printf("[");
  bool first = true;
  for (const BottleneckSetup& setup : bottleneck_table())
    print(run_bottleneck(setup), std::exchange(first, false));
  std::printf("]\n");
}
