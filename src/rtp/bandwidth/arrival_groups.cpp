#include "rtp/bandwidth/arrival_groups.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::rtp {

namespace {

using namespace std::chrono_literals;

constexpr base::Duration kBurst = 5ms;
constexpr base::Duration kLongestBurst = 100ms;
// A receiver's clock that jumps as far has been set anew.
constexpr base::Duration kClockJump = 3s;

base::Duration apart(std::uint32_t from_us, std::uint32_t to_us) {
  return std::chrono::microseconds{static_cast<std::int32_t>(to_us - from_us)};
}

}  // namespace

bool ArrivalGroups::belongs(std::uint32_t sent_us, base::Duration arrived) const {
  if (apart(current_->first_sent_us, sent_us) <= kBurst) return true;
  const base::Duration arrived_apart = arrived - current_->last_arrived;
  const bool gathered = arrived_apart < apart(current_->last_sent_us, sent_us);
  return gathered && arrived_apart <= kBurst && arrived - current_->first_arrived < kLongestBurst;
}

std::optional<GroupDelay> ArrivalGroups::add(std::uint32_t sent_us, base::Duration arrived) {
  if (!current_) {
    current_ = {sent_us, sent_us, arrived, arrived};
    return std::nullopt;
  }
  if (apart(current_->first_sent_us, sent_us) < 0ms)
    return std::nullopt;  // overtaken: says nothing of the queue
  if (belongs(sent_us, arrived)) {
    if (apart(current_->last_sent_us, sent_us) > 0ms) current_->last_sent_us = sent_us;
    current_->last_arrived = std::max(current_->last_arrived, arrived);
    return std::nullopt;
  }
  std::optional<GroupDelay> delay;
  if (before_) {
    delay = {apart(before_->last_sent_us, current_->last_sent_us),
             current_->last_arrived - before_->last_arrived};
    if (delay->variation() > kClockJump || delay->variation() < -kClockJump) {
      before_.reset();
      current_ = {sent_us, sent_us, arrived, arrived};
      return std::nullopt;
    }
  }
  before_ = std::exchange(current_, Group{sent_us, sent_us, arrived, arrived});
  return delay;
}

}  // namespace kaskado::rtp
