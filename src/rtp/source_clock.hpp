// Ties a sender's RTP timestamps to this server's time by its sender reports (RFC 3550 §6.4.1).
#pragma once

#include <array>
#include <cstdint>

#include "base/time.hpp"
#include "rtp/rtcp_message.hpp"

namespace kaskado::rtp {

// The sender's clock is taken to be ahead or behind by a constant, found from the report that travelled
// fastest of the last few: so audio and video of one sender, each by its own reports, stay in step when their
// reports are written anew for the subscribers. A step of the sender's clock starts over.
class SourceClock {
 public:
  void receive(const SenderInfo& info, base::Instant now);
  bool known() const { return count_ > 0; }
  // What the sender's media clock shows now. Only where known.
  Timestamp timestamp_at(base::Instant now, std::uint32_t clock_rate) const;
  void reset() { count_ = 0; }

  // The last report and when it came; only where known.
  SenderInfo last_report() const { return {.ntp = last_ntp_, .rtp = last_rtp_}; }
  base::Instant last_arrival() const { return last_arrival_; }

  // For this server's report block to that sender (RFC 3550 §6.4.1); both 0 where no report came.
  std::uint32_t last_sender_report() const { return has_report_ ? last_ntp_.compact() : 0; }
  std::uint32_t delay_since_last_sender_report(base::Instant now) const {
    return has_report_ ? to_compact_ntp(now - last_arrival_) : 0;
  }

 private:
  static constexpr std::size_t kReports = 8;
  static constexpr base::Duration kMaxStep = std::chrono::seconds{1};

  void start(NtpTime ntp, base::Instant now);
  base::Duration least_delay() const;

  NtpTime first_ntp_;
  base::Instant first_arrival_{};
  std::array<base::Duration, kReports> delays_{};  // against the first report's, one a report
  std::size_t count_ = 0;
  NtpTime last_ntp_;
  Timestamp last_rtp_;
  base::Instant last_arrival_{};
  bool has_report_ = false;
};

}  // namespace kaskado::rtp
