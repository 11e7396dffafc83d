#include "rtp/source_clock.hpp"

#include <algorithm>

namespace kaskado::rtp {

void SourceClock::start(NtpTime ntp, base::Instant now) {
  first_ntp_ = ntp;
  first_arrival_ = now;
  count_ = 0;
}

base::Duration SourceClock::least_delay() const {
  return *std::min_element(delays_.begin(),
                           delays_.begin() + static_cast<std::ptrdiff_t>(std::min(count_, kReports)));
}

void SourceClock::receive(const SenderInfo& info, base::Instant now) {
  if (count_ == 0) start(info.ntp, now);
  base::Duration delay = (now - first_arrival_) - (info.ntp - first_ntp_);
  if (count_ > 0 && (delay - least_delay() > kMaxStep || least_delay() - delay > kMaxStep)) {
    start(info.ntp, now);
    delay = {};
  }
  delays_[count_++ % kReports] = delay;
  last_ntp_ = info.ntp;
  last_rtp_ = info.rtp;
  last_arrival_ = now;
  has_report_ = true;
}

Timestamp SourceClock::timestamp_at(base::Instant now, std::uint32_t clock_rate) const {
  const base::Duration since_capture = (now - first_arrival_) - (last_ntp_ - first_ntp_) - least_delay();
  return Timestamp{last_rtp_.value + static_cast<std::uint32_t>(to_ticks(since_capture, clock_rate))};
}

}  // namespace kaskado::rtp
