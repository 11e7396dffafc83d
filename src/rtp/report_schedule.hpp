// When the next regular RTCP report goes (RFC 3550 §6.2, §6.3.1).
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

namespace kaskado::rtp {

// Half to one and a half times the interval between two, so that many peers do not report in step.
class ReportSchedule {
 public:
  explicit ReportSchedule(base::Duration interval) : interval_(interval) {}

  base::Instant deadline() const { return due_; }
  // True when a report is due; the next one is then drawn.
  bool advance(base::Instant now, base::Random& random) {
    if (now < due_) return false;
    const double share = 0.5 + random.unit();
    due_ = now + base::Duration{static_cast<std::int64_t>(static_cast<double>(interval_.count()) * share)};
    return true;
  }

 private:
  base::Duration interval_;
  base::Instant due_{};
};

}  // namespace kaskado::rtp
