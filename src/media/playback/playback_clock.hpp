// When the media of a file is due: one mapping from its clock to the server's, which only pauses, seeks and a
// source that cannot follow change. So it does not drift, however long it plays.
#pragma once

#include <algorithm>

#include "base/time.hpp"

namespace kaskado::media {

class PlaybackClock {
 public:
  // What stands at `position` is due now. Where it is paused it stays so.
  void start(base::Duration position, base::Instant now) {
    offset_ = now.time_since_epoch() - position;
    if (paused_at_ != kRuns) paused_at_ = now;
    started_ = true;
  }
  void stop() { started_ = false; }
  bool started() const { return started_; }

  void pause(base::Instant now) {
    if (paused_at_ == kRuns) paused_at_ = now;
  }
  void resume(base::Instant now) {
    if (paused_at_ == kRuns) return;
    offset_ += now - paused_at_;
    paused_at_ = kRuns;
  }
  bool paused() const { return paused_at_ != kRuns; }

  // All that follows is due so much later.
  void delay(base::Duration by) { offset_ += by; }

  // Once it has started. While it is paused, as if it went on at once.
  base::Instant due(base::Duration position) const { return base::Instant{offset_ + position}; }
  base::Duration position(base::Instant now) const {
    return std::min(now, paused_at_).time_since_epoch() - offset_;
  }

 private:
  static constexpr base::Instant kRuns = base::kNever;

  base::Duration offset_{};  // the server's clock against the media's
  base::Instant paused_at_ = kRuns;
  bool started_ = false;
};

}  // namespace kaskado::media
