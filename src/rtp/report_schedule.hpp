// When the next regular RTCP report goes (RFC 3550 §6.2, §6.3.1).
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

namespace kaskado::rtp {

class ReportSchedule {
 public:
  // kNever before the first draw, and once it was stopped.
  base::Instant deadline() const { return due_; }
  // The next report goes half to one and a half intervals from now, so that many peers do not report in step.
  void draw(base::Instant now, base::Duration interval, base::Random& random) {
    const double share = 0.5 + random.unit();
    due_ = now + base::Duration{static_cast<std::int64_t>(static_cast<double>(interval.count()) * share)};
  }
  void stop() { due_ = base::kNever; }

 private:
  base::Instant due_ = base::kNever;
};

}  // namespace kaskado::rtp
