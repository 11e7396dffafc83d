// When the media of a stream is to be shown or heard, on this server's clock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/time.hpp"
#include "media/least_delay.hpp"
#include "rtp/ntp_time.hpp"
#include "rtp/rtcp_message.hpp"
#include "rtp/types.hpp"

namespace kaskado::media {

// A sender's NTP clock against this server's. The streams of one sender (one CNAME) share it, so that what
// was captured together stays together. Belongs to one shard, as they do.
class SourceTime {
 public:
  // Since the first NTP time that was seen, which stands for all others.
  base::Duration since_first(rtp::NtpTime ntp);
  // What was captured then, by since_first(), came in now.
  void observe(base::Duration captured, base::Instant now) {
    delay_.add(now.time_since_epoch() - captured, now);
  }
  bool known() const { return delay_.known(); }
  // Local time of what was captured at 0, as of what travelled fastest lately. Only where known.
  base::Duration offset() const { return delay_.least(); }
  // Its NTP clock was set: what since_first() gave means nothing any more.
  void restart();
  // How often that was.
  std::uint32_t epoch() const { return epoch_; }

 private:
  std::optional<rtp::NtpTime> first_;
  std::uint32_t epoch_ = 0;
  LeastDelay delay_;
};

// One stream's RTP time against this server's clock. The packets that travel fastest set it; before the first
// sender report (RFC 3550 §6.4.1) those of the stream itself, behind it those of all streams of the sender,
// by its NTP clock. It follows clocks that run fast or slow (200 ppm and more) for hours, by little at a
// time: only where it is wrong by more than kStep does it step.
class StreamTime {
 public:
  static constexpr base::Duration kStep = std::chrono::milliseconds{500};
  // How far a correction has come after that time: all but 1/e. Not more than 5 % of the time that passes.
  static constexpr base::Duration kSettling = std::chrono::seconds{4};

  // `source` null: the stream stands alone.
  explicit StreamTime(std::uint32_t clock_rate, std::shared_ptr<SourceTime> source = nullptr);

  // In units of the RTP clock, unwrapped: nearest to what was asked before.
  std::int64_t unwrap(rtp::Timestamp timestamp);
  // Counts from before the first packet on; `now` may then be past.
  void receive_sender_report(const rtp::SenderInfo& info, base::Instant now);
  // A packet came in; `now` does not go back.
  void observe(std::int64_t rtp_time, base::Instant now);
  // Only when a packet has been observed. Grows with `rtp_time`.
  base::Instant time_of(std::int64_t rtp_time) const { return base::Instant{offset_ + media_time(rtp_time)}; }
  bool known() const { return started_; }

  std::uint32_t clock_rate() const { return clock_rate_; }
  // The sender started anew, or with another clock: nothing of before holds. Unwrapped time goes on.
  void restart(std::uint32_t clock_rate);

 private:
  base::Duration media_time(std::int64_t rtp_time) const { return rtp::from_ticks(rtp_time, clock_rate_); }
  bool has_report() const { return captured_offset_ && epoch_ == source_->epoch(); }
  base::Duration target() const;
  void follow(base::Instant now);

  std::uint32_t clock_rate_;
  std::shared_ptr<SourceTime> source_;
  LeastDelay own_delay_;                           // arrival against RTP time
  std::optional<base::Duration> captured_offset_;  // NTP since its first against RTP time, by the last report
  std::uint32_t epoch_ = 0;                        // of the source, then
  std::optional<std::int64_t> last_rtp_;           // unwrapped
  base::Duration offset_{};                        // local against RTP time
  base::Instant followed_at_{};
  bool started_ = false;
};

}  // namespace kaskado::media
