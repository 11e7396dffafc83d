// The generator's two clocks: one for its own timers, and the one by which the kernel stamps datagrams.
#pragma once

#include <ctime>

#include "base/time.hpp"

namespace kaskado::bench {

inline std::int64_t read_clock_ns(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}
inline base::Instant now() {
  return base::Instant{base::Duration{read_clock_ns(CLOCK_MONOTONIC)}};
}
// Of CLOCK_REALTIME, as SO_TIMESTAMPNS gives it.
inline base::WallTime wall_now() {
  return {read_clock_ns(CLOCK_REALTIME)};
}

}  // namespace kaskado::bench
