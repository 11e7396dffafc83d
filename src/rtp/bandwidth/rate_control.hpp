// The delay-based rate: up while the way is free, down where its queue grows (draft-ietf-rmcat-gcc-02 §5.6).
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "rtp/bandwidth/trendline.hpp"

namespace kaskado::rtp {

struct RateSigns {
  NetworkUse use = NetworkUse::normal;
  std::optional<double> acknowledged_bps;
  double usual_loss = 0;  // of 1: what the way loses of everything, behind its queue
  base::Duration rtt{};
};

// Bits per second. Grows by 8 % a second where the capacity is not known, by half a packet a round trip near
// where it was last found; falls to 85 % of what arrives.
class RateControl {
 public:
  explicit RateControl(double start_bps) : rate_bps_(start_bps) {}

  void update(const RateSigns& signs, base::Instant now);
  // What a probe has shown.
  void set(double rate_bps, base::Instant now);
  double rate_bps() const { return rate_bps_; }
  // When the queue last grew; nothing before it ever has.
  std::optional<base::Instant> last_decrease() const { return last_decrease_; }
  // What went through then, about.
  std::optional<double> capacity_bps() const {
    return capacity_ ? std::optional(capacity_->mean_bps) : std::nullopt;
  }

 private:
  struct Capacity {
    double mean_bps = 0;
    double deviation = 0.4;  // the variance, of the mean in kb/s
    double spread_bps() const;
  };
  enum class State : std::uint8_t { hold, increase, decrease };

  void change_state(NetworkUse use);
  void increase(const RateSigns& signs, base::Duration passed);
  void decrease(double acknowledged_bps, base::Instant now);
  double near_capacity_bps_per_s(base::Duration rtt) const;
  void note_capacity(double acknowledged_bps);

  double rate_bps_;
  State state_ = State::hold;
  std::optional<Capacity> capacity_;
  std::optional<base::Instant> updated_;
  std::optional<base::Instant> last_decrease_;
};

}  // namespace kaskado::rtp
