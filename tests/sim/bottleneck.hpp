// One sender that obeys its estimate, behind one bottleneck: a queue of so many bytes before a link of so
// many bits a second, that loses at random, and may be shared with a flow that behaves as TCP does. On
// virtual time, seeded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace kaskado::sim {

using base::Duration;
using base::Instant;
using namespace std::chrono_literals;

struct CapacityStep {
  Duration at;
  double bps;
};

struct BottleneckSetup {
  std::string name;
  double capacity_bps = 1e6;
  std::vector<CapacityStep> steps;  // later capacities
  double queue_bdp = 1;             // of the first capacity
  double loss = 0;                  // of 1, behind the queue
  Duration rtt = 50ms;              // without any queue
  bool competes = false;            // with a flow like TCP Reno
  bool probes = true;
  double source_bps = 1e9;  // what the sender has to send at the most
  Duration length = 60s;
  std::uint64_t seed = 1;
};

struct BottleneckSample {  // of 100 ms
  double seconds = 0;
  double capacity_bps = 0;
  double target_bps = 0;
  double media_bps = 0;  // through the link
  double other_bps = 0;
  double queueing_ms = 0;  // the longest
};

struct BottleneckReport {
  BottleneckSetup setup;
  std::vector<BottleneckSample> samples;
  std::vector<double> queueing_ms;  // of each packet of the sender since the measured time began

  std::uint64_t media_packets = 0;     // of the same time
  std::uint64_t media_overflowed = 0;  // of them, that found the queue full

  double utilisation(Duration from, Duration until) const;  // of both flows
  double media_share(Duration from, Duration until) const;  // of the capacity
  double queueing_p95_ms() const;
  // How long after `step` the link is used well for good, or its queue short, for a whole second. 1e9 where
  // never.
  double seconds_to_use(Duration step, double share) const;
  double seconds_to_calm(Duration step, double queueing_ms) const;
};

// Queueing is told of what leaves from `measured_from` on.
BottleneckReport run_bottleneck(const BottleneckSetup& setup, Duration measured_from = 20s);

// What docs/bandwidth.md promises of: every size of link, queue and loss, a step down and up, a flow beside.
std::vector<BottleneckSetup> bottleneck_table();

}  // namespace kaskado::sim
