// Asks a sender for a key frame, as seldom as does it: PLI (RFC 4585 §6.3.1) or FIR (RFC 5104 §4.3.1).
#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "rtp/rtcp_builder.hpp"

namespace kaskado::rtp {

enum class KeyFrameMethod : std::uint8_t { none, pli, fir };

// However many subscribers ask, one request goes out each `min_interval` at most; one that comes sooner is
// remembered. Unanswered, it is asked again, each time after twice as long, up to `max_interval`, until a key
// frame starts.
class KeyFrameRequester {
 public:
  explicit KeyFrameRequester(KeyFrameMethod method,
                             base::Duration min_interval = std::chrono::milliseconds{500},
                             base::Duration max_interval = std::chrono::seconds{4})
      : method_(method), min_interval_(min_interval), max_interval_(max_interval), interval_(min_interval) {}

  void request(base::Instant now);
  // A key frame started: whoever waits is served by it.
  void key_frame_started();
  // Writes the request that is due; one that does not fit stays due.
  void advance(base::Instant now, Ssrc sender, Ssrc media, RtcpBuilder& builder);
  base::Instant deadline() const { return due_; }

  bool waiting() const { return due_ != base::kNever; }
  std::uint64_t sent() const { return sent_; }
  KeyFrameMethod method() const { return method_; }

 private:
  KeyFrameMethod method_;
  base::Duration min_interval_;
  base::Duration max_interval_;
  base::Duration interval_;  // to the next repetition
  base::Instant due_ = base::kNever;
  base::Instant last_sent_ = base::Instant::min();
  std::uint64_t sent_ = 0;
  std::uint8_t command_number_ = 0;  // RFC 5104 §4.3.1.1: a repetition keeps it
  bool repetition_ = false;
};

}  // namespace kaskado::rtp
