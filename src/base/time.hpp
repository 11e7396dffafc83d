// Monotonic time as a value. Nothing in this header reads a clock: instants come from `loop` or from a test.
#pragma once

#include <chrono>
#include <cstdint>

namespace kaskado::base {

struct MonotonicClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock, duration>;
  static constexpr bool is_steady = true;
};

using Duration = std::chrono::nanoseconds;
using Instant = MonotonicClock::time_point;

// A deadline that never comes.
inline constexpr Instant kNever = Instant::max();

constexpr std::int64_t to_ms(Duration d) { return std::chrono::duration_cast<std::chrono::milliseconds>(d).count(); }
constexpr std::int64_t to_us(Duration d) { return std::chrono::duration_cast<std::chrono::microseconds>(d).count(); }
constexpr double to_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

// Wall-clock time in nanoseconds since the Unix epoch, for NTP timestamps, logs and events only.
struct WallTime {
  std::int64_t unix_ns = 0;
  constexpr std::int64_t unix_ms() const { return unix_ns / 1'000'000; }
};

// Turns instants of one process into wall-clock time; taken once where a loop starts, so that no
// protocol machine needs a second clock.
struct ClockAnchor {
  Instant instant{};
  WallTime wall{};
  constexpr WallTime at(Instant when) const { return WallTime{wall.unix_ns + (when - instant).count()}; }
};

}  // namespace kaskado::base
