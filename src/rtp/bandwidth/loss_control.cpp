#include "rtp/bandwidth/loss_control.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kaskado::rtp {

namespace {

using namespace std::chrono_literals;

constexpr std::int32_t kManyPackets = 50, kFewPackets = 20;
constexpr base::Duration kLeastWindow = 500ms, kLongWindow = 3s;
// §6: beyond 10 % it falls, below 2 % it rises. Where the way's own losses are told apart, less is enough.
constexpr double kFall = 0.10, kFallKnown = 0.06, kRise = 0.02;
constexpr double kGrowth = 1.08;  // a second
constexpr double kMostUsual = 0.12;
// Half of what is known of the way's own losses and of its queue is forgotten in as many packets.
constexpr double kForget = 1 - 1.0 / 1500;
constexpr double kLeastCalm = 100;
// A link that is full loses less by half when the rate falls by a quarter, or no less: then it is not full.
constexpr double kFarFallen = 0.75, kHelped = 0.6;

}  // namespace

void LossControl::count(const Settled& settled, base::Duration queueing) {
  const double queueing_ms = base::to_seconds(queueing) * 1e3;
  longest_ms_ = std::max(longest_ms_ * kForget, queueing_ms);
  if (queueing_ms * 2 < longest_ms_) {
    calm_ = calm_ * kForget + 1;
    calm_lost_ = calm_lost_ * kForget + !settled.received;
  }
  if (settled.received) {
    ++received_;
    lost_ -= settled.was_lost;
    if (settled.was_lost) calm_lost_ = std::max(calm_lost_ - 1, 0.0);
  } else {
    ++lost_;
  }
}

bool LossControl::tells_apart() const {
  return shows_queue() && calm_ >= kLeastCalm;
}

void LossControl::update(double rate_bps, base::Instant now) {
  if (since_ == base::Instant{}) since_ = now;
  const std::int32_t packets = received_ + std::max(lost_, 0);
  const base::Duration passed = now - since_;
  const bool enough =
      packets >= kManyPackets ? passed >= kLeastWindow : packets >= kFewPackets && passed >= kLongWindow;
  if (!enough) return;
  fraction_ = static_cast<double>(std::max(lost_, 0)) / packets;
  received_ = lost_ = 0;
  since_ = now;
  judge(rate_bps, base::to_seconds(passed));
}

void LossControl::judge(double rate_bps, double seconds) {
  smoothed_ += (fraction_ - smoothed_) / 8;
  if (tells_apart()) usual_ = std::min(calm_lost_ / calm_, kMostUsual);
  usual_ = std::min(usual_, 1.5 * smoothed_);
  const double beyond = fraction_ - usual_;
  if (beyond > (tells_apart() ? kFallKnown : kFall)) {
    fall(rate_bps, beyond);
  } else if (beyond < kRise + usual_ / 4) {
    fell_from_bps_ = 0;
    limit_bps_ = std::max(limit_bps_, rate_bps) * std::pow(kGrowth, seconds);
  }
  if (limit_bps_ > 2 * rate_bps) limit_bps_ = kNoLimit;
}

void LossControl::fall(double rate_bps, double beyond) {
  if (fell_from_bps_ == 0) {
    fell_from_bps_ = rate_bps;
    lost_then_ = fraction_;
  }
  limit_bps_ = std::min(limit_bps_, rate_bps) * (1 - beyond / 2);
  if (limit_bps_ > kFarFallen * fell_from_bps_) return;
  if (fraction_ > kHelped * lost_then_) {
    usual_ = std::min(smoothed_, kMostUsual);
    if (fraction_ - usual_ <= kFall) limit_bps_ = kNoLimit;  // falling was for nothing
  }
  fell_from_bps_ = 0;
}

}  // namespace kaskado::rtp
