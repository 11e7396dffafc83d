// As TCP Reno fills a queue (RFC 5681 §3): a window that grows by a packet a round trip, and is halved by a
// loss.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace kaskado::sim {

// One answer a packet, in order; a gap in them is a loss. Nothing is sent again, as only the load matters.
class RenoFlow {
 public:
  static constexpr std::size_t kPacketBytes = 1500;

  bool may_send() const { return static_cast<double>(next_ - answered_) < window_; }
  std::uint64_t send() { return next_++; }
  void acknowledge(std::uint64_t number, base::Instant now) {
    last_ = now;
    if (number > answered_ && number >= recovered_at_) {  // RFC 5681 §3.2: once a window
      threshold_ = window_ = std::max(window_ / 2, 2.0);
      recovered_at_ = next_;
    }
    window_ += window_ < threshold_ ? 1 : 1 / window_;
    answered_ = number + 1;
  }
  // RFC 6298 §5: all of a window may be lost.
  void wait(base::Instant now) {
    if (now - last_ < std::chrono::seconds{1} || answered_ == next_) return;
    answered_ = recovered_at_ = next_;
    threshold_ = std::max(window_ / 2, 2.0);
    window_ = 1;
    last_ = now;
  }

 private:
  double window_ = 10;
  double threshold_ = 1e9;
  std::uint64_t next_ = 0;
  std::uint64_t answered_ = 0;  // the first that is not
  std::uint64_t recovered_at_ = 0;
  base::Instant last_{};
};

}  // namespace kaskado::sim
