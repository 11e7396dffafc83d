// The times of frames that an encoder gives, which only grow, whatever those of its input do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "rtp/types.hpp"

namespace kaskado::media {

class EgressTime {
 public:
  // What comes before what was sent already, by less than this, is of no use; by more, its source has started
  // over, and goes on from there.
  static constexpr base::Duration kMostBack = std::chrono::milliseconds{500};

  struct Placed {
    base::Instant time{};
    std::int64_t rtp_time = 0;
  };

  explicit EgressTime(std::uint32_t clock_rate) : clock_rate_(clock_rate) {}

  // RTP time is that of the server's clock, so that sound and picture of a source stay together. Nothing
  // where the frame is of no use. `follows` is where it would stand behind the last.
  std::optional<Placed> place(base::Instant time, base::Duration follows) {
    time += shift_;
    if (last_ && time <= last_->time) {
      if (last_->time - time < kMostBack) return std::nullopt;
      shift_ += last_->time + follows - time;
      time = last_->time + follows;
    }
    const std::int64_t rtp_time = rtp::to_ticks(time.time_since_epoch(), clock_rate_);
    last_ = Placed{time, last_ ? std::max(rtp_time, last_->rtp_time + 1) : rtp_time};
    return last_;
  }

 private:
  std::uint32_t clock_rate_;
  base::Duration shift_{};
  std::optional<Placed> last_;
};

}  // namespace kaskado::media
