#include "rtp/bandwidth/send_side_estimator.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kaskado::rtp {

namespace {

using namespace std::chrono_literals;

constexpr base::Duration kWrap = std::chrono::milliseconds{64} * (1 << 24);  // of reference times
// Feedback comes each 50 … 250 ms; without any for as long, something is wrong.
constexpr base::Duration kSilence = 1s;
constexpr base::Duration kSilenceStep = 500ms;
constexpr double kSilenceFactor = 0.8;
constexpr base::Duration kQuickestFor = 10s;
// Probes: how often, how far, and for how long a queue forbids them.
constexpr base::Duration kProbeAgain = 2s, kProbeEvery = 5s, kProbeSeldom = 20s, kProbeAfterQueue = 2s;
constexpr double kFirstProbe = 3, kProbe = 2, kSuccess = 0.7, kOutgrown = 1.1;
// Where a link loses much of its capacity at once, what stands in its queue then is drained by more than the
// usual step.
constexpr double kCollapse = 0.75;
constexpr base::Duration kDrainFor = 2s;
constexpr base::Duration kShortQueue = 60ms;
constexpr double kDrain = 0.85, kDrain_per_s = 2.5, kLeastDrain = 0.5;
// No more is sent while the queue is as long.
constexpr base::Duration kStandingQueue = 75ms;
constexpr base::Duration kQueueNews = 3s;

}  // namespace

// The 24 bits of reference times wrap after twelve days.
base::Duration SendSideEstimator::unwrap(base::Duration arrival) {
  if (!reference_) {
    reference_ = arrival;
    return arrival;
  }
  const base::Duration::rep turns = (*reference_ - arrival + kWrap / 2).count() / kWrap.count();
  base::Duration unwrapped = arrival + turns * kWrap;
  if (unwrapped - *reference_ > kWrap / 2) unwrapped -= kWrap;
  reference_ = std::max(*reference_, unwrapped);
  return unwrapped;
}

void SendSideEstimator::receive(const TransportFeedback& feedback, SentPackets& sent, base::Instant now,
                                std::vector<SequenceNumber>& lost) {
  heard_use_ = trend_.use() == NetworkUse::over ? NetworkUse::normal : trend_.use();
  bool news = false;
  TransportFeedbackReader reader(feedback);
  while (const auto status = reader.next()) {
    const auto settled = sent.settle(status->sequence, status->received);
    if (!settled) continue;
    news = true;
    losses_.count(*settled, queueing_);
    if (settled->received) {
      note_arrival(*settled, unwrap(status->arrival), now);
    } else {
      prober_.note(*settled, {});
      if (settled->stream == SentStream::video) lost.push_back({settled->index});
    }
  }
  if (!news) return;
  heard_ = now;
  if (!first_heard_) first_heard_ = now;
  silence_bps_ = kMost_bps;
  update(now);
  consider_probe(sent, now);
}

void SendSideEstimator::note_arrival(const Settled& settled, base::Duration arrived, base::Instant now) {
  acknowledged_.add(settled.bytes, arrived);
  prober_.note(settled, arrived);
  if (!settled.measurable) return;
  note_way(settled, arrived, now);
  const auto delay = groups_.add(settled.sent_us, arrived);
  if (!delay) return;
  trend_.add(*delay, arrived);
  if (heard_use_ != NetworkUse::over) heard_use_ = trend_.use();
}

// The two clocks differ by something constant: what a packet took longer than the quickest one, it has
// waited.
void SendSideEstimator::note_way(const Settled& settled, base::Duration arrived, base::Instant now) {
  const base::Duration since_sent =
      std::chrono::microseconds{static_cast<std::int32_t>(wrapped_us(now) - settled.sent_us)};
  rtt_ = rtt_ == 0s ? since_sent : rtt_ + (since_sent - rtt_) / 16;
  const std::int64_t way_us = base::to_us(arrived) - base::to_us((now - since_sent).time_since_epoch());
  if (now - quickest_since_ >= kQuickestFor) {
    quickest_before_us_ = std::exchange(quickest_us_, INT64_MAX);
    quickest_since_ = now;
  }
  quickest_us_ = std::min(quickest_us_, way_us);
  queueing_ = std::chrono::microseconds{way_us - std::min(quickest_us_, quickest_before_us_)};
}

void SendSideEstimator::update(base::Instant now) {
  losses_.update(std::min(rate_.rate_bps(), losses_.limit_bps()), now);
  const double rate_before = rate_.rate_bps();
  const bool holds = heard_use_ == NetworkUse::normal && queueing_ > kStandingQueue;
  const RateSigns signs{holds ? NetworkUse::under : heard_use_, acknowledged_.bps(), losses_.usual_loss(),
                        rtt_};
  rate_.update(signs, now);
  if (rate_.rate_bps() < kCollapse * rate_before) collapsed_ = now;
  take_probe(now);
  known_ = known_ || rate_.last_decrease() || (signs.acknowledged_bps && now - *first_heard_ >= 400ms);
}

void SendSideEstimator::take_probe(base::Instant now) {
  const auto outcome = prober_.take_outcome();
  if (!outcome) return;
  // It counts what came in, of which the way's own losses are not a part.
  const double rate_bps = outcome->rate_bps / (1 - losses_.usual_loss());
  const bool success = rate_bps >= kSuccess * outcome->asked_bps;
  const std::uint64_t target_before = target_bps();
  if (heard_use_ != NetworkUse::over) {
    if (rate_bps > rate_.rate_bps()) rate_.set(rate_bps, now);
    losses_.lift(rate_bps);
  }
  if (outcome->rate_bps == 0) {  // lost, most of it, or gathered on the way: that says nothing
    next_probe_ = now + kProbeAgain;
    return;
  }
  probe_wait_ = success ? kProbeEvery : std::min<base::Duration>(2 * probe_wait_, kProbeSeldom);
  next_probe_ = success && target_bps() > target_before ? now : now + probe_wait_;
  found_bps_ = success ? 0 : outcome->rate_bps;
}

void SendSideEstimator::consider_probe(const SentPackets& sent, base::Instant now) {
  // More than the last probe has found comes through now: the way has changed.
  if (found_bps_ > 0 && acknowledged_.bps().value_or(0) > kOutgrown * found_bps_) {
    next_probe_ = now;
    found_bps_ = 0;
  }
  if (!may_probe_ || prober_.waiting() || now < next_probe_ || !known_) return;
  const double rate = static_cast<double>(target_bps());
  const auto last_queue = rate_.last_decrease();
  if (wanted_bps_ > 0 && rate >= wanted_bps_) return;
  if (heard_use_ != NetworkUse::normal || (last_queue && now - *last_queue < kProbeAfterQueue)) return;
  const bool first = probe_wait_ == 0s;
  if (first) probe_wait_ = kProbeEvery;
  double asked = rate * (first ? kFirstProbe : kProbe);
  if (wanted_bps_ > 0) asked = std::min(asked, std::max(wanted_bps_ * 1.2, rate * 1.2));
  prober_.begin(asked, sent.next(), now);
}

void SendSideEstimator::advance(const SentPackets& sent, base::Instant now) {
  if (!heard_ || now < deadline() || now - *heard_ < kSilence) return;
  prober_.stop();
  cut_ = now;
  if (sent.in_flight_bytes() == 0) return;
  silence_bps_ = std::min(silence_bps_, static_cast<double>(target_bps())) * kSilenceFactor;
}

base::Instant SendSideEstimator::deadline() const {
  if (!heard_) return base::kNever;
  return std::max(*heard_ + kSilence, cut_ + kSilenceStep);
}

double SendSideEstimator::drain_factor() const {
  if (!collapsed_ || *heard_ - *collapsed_ > kDrainFor || queueing_ <= kShortQueue) return 1;
  return std::max(kLeastDrain, kDrain - kDrain_per_s * base::to_seconds(queueing_ - kShortQueue));
}

std::uint64_t SendSideEstimator::target_bps() const {
  const double rate = std::min({rate_.rate_bps(), losses_.limit_bps(), silence_bps_}) * drain_factor();
  return static_cast<std::uint64_t>(std::clamp(rate, kLeast_bps, kMost_bps));
}

bool SendSideEstimator::is_limiting(base::Instant now) const {
  if (!known_) return false;
  const auto last = rate_.last_decrease();
  return last && now - *last < kQueueNews;
}

}  // namespace kaskado::rtp
