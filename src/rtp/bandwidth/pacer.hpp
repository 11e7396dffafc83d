// Spreads what is sent where an estimate limits it (the leaky bucket of draft-ietf-rmcat-gcc-02 §4): knows
// when and how much, and leaves the packets to whoever has them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace kaskado::rtp {

// At rate 0 nothing waits, and nothing is counted.
class Pacer {
 public:
  // Of the estimate: a key frame is spread over some frames' time, and no queue builds up here.
  static constexpr double kFactor = 1.5;
  // What is held goes out within this, however much it is.
  static constexpr base::Duration kLongestWait = std::chrono::milliseconds{250};

  bool is_pacing() const { return rate_bps_ > 0; }
  void set_rate(double bps, base::Instant now) {
    drain(now);
    rate_bps_ = bps;
    if (bps <= 0) debt_bytes_ = 0;
  }
  // Whether a datagram may go now.
  bool may_send(base::Instant now) {
    drain(now);
    return debt_bytes_ <= burst_bytes();
  }
  void sent(std::size_t bytes) { debt_bytes_ += static_cast<double>(bytes); }
  // Told what is held, so that it does not grow old.
  void set_held(std::size_t bytes) { held_bytes_ = static_cast<double>(bytes); }
  // When the next one may go.
  base::Instant next() const {
    const double over = debt_bytes_ - burst_bytes();
    if (over <= 0) return drained_;
    return drained_ + base::Duration{static_cast<base::Duration::rep>(over * 8e9 / rate())};
  }

 private:
  static constexpr double kBurst_s = 0.005;
  double rate() const { return std::max(rate_bps_, held_bytes_ * 8 / base::to_seconds(kLongestWait)); }
  double burst_bytes() const { return rate() / 8 * kBurst_s; }
  void drain(base::Instant now) {
    if (now > drained_)
      debt_bytes_ = std::max(0.0, debt_bytes_ - rate() / 8 * base::to_seconds(now - drained_));
    drained_ = std::max(drained_, now);
  }

  double rate_bps_ = 0;
  double debt_bytes_ = 0;
  double held_bytes_ = 0;
  base::Instant drained_{};
};

}  // namespace kaskado::rtp
