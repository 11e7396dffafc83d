// When the media of a camera is due: at once as a rule, and later by as much as the network makes it come
// unevenly.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "media/least_delay.hpp"

namespace kaskado::media {

// What travels fastest sets the mapping from the camera's clock, which may run fast or slow. What comes late
// delays all that follows, up to a bound; when nothing has come late for a while the delay shrinks again, by
// 2 % of the time that passes, so that nobody notices.
class LiveClock {
 public:
  // Frames at the beginning come in a heap: the newest of them is due at once.
  static constexpr base::Duration kBeginning = std::chrono::seconds{1};

  explicit LiveClock(base::Duration most_delay) : most_delay_(most_delay) {}

  // What stands at `position` came in now.
  void observe(base::Duration position, base::Instant now);
  // Once something was observed.
  base::Instant due(base::Duration position) const { return base::Instant{offset_ + position}; }
  bool started() const { return started_at_.has_value(); }
  void restart();
  // Between what comes in as fast as it can and its being due.
  base::Duration delay() const { return started() ? offset_ - fastest_.least() : base::Duration{}; }

 private:
  base::Duration most_delay_;
  LeastDelay fastest_;  // arrival against position
  LeastDelay slowest_;  // the same, negated
  base::Duration offset_{};
  base::Instant followed_at_{};
  std::optional<base::Instant> started_at_;
};

}  // namespace kaskado::media
