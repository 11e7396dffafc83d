#include "rtp/bandwidth/rate_control.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kaskado::rtp {

namespace {

using namespace std::chrono_literals;

constexpr double kBeta = 0.85;      // §5.6
constexpr double kGrowth = 1.08;    // a second
constexpr double kMostAhead = 1.5;  // of what arrives: what is more has not been tried
constexpr double kAhead_bps = 10'000;
constexpr double kPacketBits = 1200 * 8, kFramesPerSecond = 30;
constexpr double kLeastStep_bps = 4'000;  // a second
constexpr base::Duration kFeedbackInterval = 100ms;
constexpr double kCapacitySmoothing = 0.05;
constexpr double kLeastVariance = 0.4, kMostVariance = 2.5;

}  // namespace

double RateControl::Capacity::spread_bps() const {
  return 3 * std::sqrt(deviation * mean_bps * 1000);
}

// §5.6, the table of states.
void RateControl::change_state(NetworkUse use) {
  if (use == NetworkUse::over) {
    state_ = State::decrease;
  } else if (use == NetworkUse::under) {
    state_ = State::hold;  // the queue drains
  } else {
    state_ = State::increase;
  }
}

void RateControl::update(const RateSigns& signs, base::Instant now) {
  const base::Duration passed = updated_ ? std::min<base::Duration>(now - *updated_, 1s) : 0s;
  updated_ = now;
  change_state(signs.use);
  // One answer to a queue takes a round trip to be seen.
  const bool answered = last_decrease_ && now - *last_decrease_ < std::max<base::Duration>(signs.rtt, 10ms) &&
                        signs.acknowledged_bps.value_or(rate_bps_) > rate_bps_ / 2;
  if (state_ == State::increase) {
    increase(signs, passed);
  } else if (state_ == State::decrease && signs.acknowledged_bps && !answered) {
    decrease(*signs.acknowledged_bps / (1 - signs.usual_loss), now);
  }
}

void RateControl::increase(const RateSigns& signs, base::Duration passed) {
  if (!signs.acknowledged_bps) return;
  const double arriving = *signs.acknowledged_bps;
  if (capacity_ && arriving > capacity_->mean_bps + capacity_->spread_bps()) capacity_.reset();
  const double most = kMostAhead * arriving + kAhead_bps;
  const double seconds = base::to_seconds(passed);
  const double grown = capacity_ ? rate_bps_ + near_capacity_bps_per_s(signs.rtt) * seconds
                                 : rate_bps_ * std::pow(kGrowth, seconds);
  // What comes through without a queue fits, whoever sends it: a server forwards what a publisher chooses.
  rate_bps_ = std::max({rate_bps_, std::min(grown, most), arriving});
}

// §5.6: half a packet of the average size for each response time, which is a round trip and a report's
// interval.
double RateControl::near_capacity_bps_per_s(base::Duration rtt) const {
  const double frame_bits = rate_bps_ / kFramesPerSecond;
  const double packet_bits = frame_bits / std::ceil(frame_bits / kPacketBits);
  return std::max(kLeastStep_bps, packet_bits / base::to_seconds(rtt + kFeedbackInterval));
}

void RateControl::decrease(double acknowledged_bps, base::Instant now) {
  if (capacity_ && acknowledged_bps < capacity_->mean_bps - capacity_->spread_bps()) capacity_.reset();
  note_capacity(acknowledged_bps);
  rate_bps_ = std::min(rate_bps_, kBeta * acknowledged_bps);
  state_ = State::hold;
  last_decrease_ = now;
}

void RateControl::note_capacity(double acknowledged_bps) {
  if (!capacity_) {
    capacity_ = {.mean_bps = acknowledged_bps};
    return;
  }
  const double error = acknowledged_bps - capacity_->mean_bps;
  capacity_->mean_bps += kCapacitySmoothing * error;
  const double normed = error / 1000 * error / std::max(capacity_->mean_bps, 1000.0);
  capacity_->deviation =
      std::clamp((1 - kCapacitySmoothing) * capacity_->deviation + kCapacitySmoothing * normed,
                 kLeastVariance, kMostVariance);
}

void RateControl::set(double rate_bps, base::Instant now) {
  if (capacity_ && rate_bps > capacity_->mean_bps) capacity_.reset();
  rate_bps_ = rate_bps;
  updated_ = now;
}

}  // namespace kaskado::rtp
