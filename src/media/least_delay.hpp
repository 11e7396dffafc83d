// The least of what was measured lately: how far apart two clocks are, when what tells them is held up by
// whatever a network does.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/time.hpp"

namespace kaskado::media {

// Over a window of sixteen steps of a second each. A clock that runs slow by 200 ppm is followed some 3 ms
// late.
class LeastDelay {
 public:
  void add(base::Duration delay, base::Instant now) {
    advance(now);
    steps_[newest_] = std::min(steps_[newest_], delay);
    least_ = std::min(least_, delay);
  }
  bool known() const { return least_ != kNone; }
  // Only where known.
  base::Duration least() const { return least_; }
  void reset() { *this = {}; }

 private:
  static constexpr base::Duration kNone = base::Duration::max();
  static constexpr base::Duration kStep = std::chrono::seconds{1};
  static constexpr std::size_t kSteps = 16;

  // While nothing is measured nothing is forgotten.
  void advance(base::Instant now) {
    if (!known()) {
      steps_.fill(kNone);
      step_ends_ = now + kStep;
    }
    if (now < step_ends_) return;
    step_ends_ = now + kStep;
    newest_ = (newest_ + 1) % kSteps;
    steps_[newest_] = kNone;
    least_ = *std::ranges::min_element(steps_);
  }

  std::array<base::Duration, kSteps> steps_{};
  std::size_t newest_ = 0;
  base::Instant step_ends_{};
  base::Duration least_ = kNone;
};

}  // namespace kaskado::media
