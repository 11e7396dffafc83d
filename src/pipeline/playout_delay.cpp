#include "pipeline/playout_delay.hpp"

#include <algorithm>

namespace kaskado::pipeline {

namespace {

using namespace std::chrono_literals;

constexpr double kLossy = 0.01;
// On shorter ways two retransmissions fit what receivers keep anyway.
constexpr base::Duration kLongWay = 30ms;
// Until a gap shows, which is when the next picture comes, and until receivers look for gaps.
constexpr base::Duration kUntilAsked = 80ms;
constexpr base::Duration kStep = 50ms, kMost = 500ms;
constexpr base::Duration kLessFor = 30s;

}  // namespace

base::Duration PlayoutDelay::wanted(double lost, base::Duration rtt) {
  if (lost < kLossy || rtt < kLongWay) return {};
  // With half a round trip for what else is late.
  const base::Duration two_repairs = rtt * 5 / 2 + kUntilAsked;
  return std::min<base::Duration>((two_repairs + kStep - base::Duration{1}) / kStep * kStep, kMost);
}

std::optional<base::Duration> PlayoutDelay::advance(double lost, base::Duration rtt, base::Instant now) {
  const base::Duration wait = wanted(lost, rtt), before = current_.value_or(base::Duration{});
  if (wait >= before) less_since_.reset();
  if (wait == before) return current_;
  if (wait < before) {
    if (!less_since_) less_since_ = now;
    if (now - *less_since_ < kLessFor) return current_;
    less_since_.reset();
  }
  return current_ = wait;
}

}  // namespace kaskado::pipeline
