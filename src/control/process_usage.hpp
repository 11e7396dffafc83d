// What this process takes of the machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ring.hpp"
#include "base/time.hpp"

namespace kaskado::control {

// Processor time of all threads since the process started.
base::Duration process_cpu_time();
// Resident memory; 0 where the kernel does not tell.
std::int64_t resident_bytes();
// The processors that the process may run on.
int processor_count();

// Processor use over a time past, from samples that were taken along the way, so that nobody has to wait for
// a measurement. Holds the last kSamples of them.
class CpuMeter {
 public:
  static constexpr std::size_t kSamples = 64;

  CpuMeter() : samples_(kSamples) {}

  void sample(base::Instant now, base::Duration cpu_time);
  // Per cent of `processors`, between the youngest sample that is at least `interval` old (or the oldest
  // there is) and now. 0 where no time has passed.
  double percent(base::Instant now, base::Duration cpu_time, base::Duration interval, int processors) const;

 private:
  struct Sample {
    base::Instant at;
    base::Duration cpu_time;
  };
  base::Ring<Sample> samples_;
};

}  // namespace kaskado::control
