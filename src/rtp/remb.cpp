#include "rtp/remb.hpp"

#include <algorithm>

namespace kaskado::rtp {

RembGenerator::RembGenerator(const RembParams& params)
    : params_(params),
      estimate_bps_(static_cast<double>(params.remb_on_connect_bps)),
      step_bps_(params.lineal_factor_min_bps) {}

bool RembGenerator::advance(const ReceivedInterval& interval, base::Instant now) {
  if (now < due_) return false;
  due_ = now + kInterval;
  if (interval.packets == 0) return true;

  const double rate = static_cast<double>(interval.bitrate_bps);
  received_bps_ = received_bps_ == 0 ? rate : received_bps_ + (rate - received_bps_) / 8;
  peak_bps_ = std::max(rate, peak_bps_ * 0.99);
  const double top = std::max<std::uint32_t>(params_.packets_recv_interval_top, 1);
  const double weight = std::min(interval.packets / top, 1.0);
  loss_ += (interval.fraction_lost - loss_) * weight;
  if (loss_ < params_.up_losses) {
    grow();
  } else {
    shrink();
  }
  return true;
}

void RembGenerator::grow() {
  const double grown = estimate_bps_ < threshold_bps_ ? estimate_bps_ * (1 + params_.exponential_factor)
                                                      : estimate_bps_ + step_bps_;
  estimate_bps_ = std::max(estimate_bps_, std::min(grown, peak_bps_ * 2));
}

// What the path carried is the smaller of the estimate and of what came.
void RembGenerator::shrink() {
  const double carried = std::min(estimate_bps_, received_bps_);
  threshold_bps_ = carried * params_.threshold_factor;
  step_bps_ = std::max<double>(params_.lineal_factor_min_bps,
                               (carried - threshold_bps_) / std::max(params_.lineal_factor_grade, 1.0));
  estimate_bps_ = carried * std::clamp(params_.decrement_factor, 0.0, 1.0);
  loss_ = 0;  // these losses have had their answer
}

std::vector<RembRelay::Entry>::iterator RembRelay::find(std::uint32_t subscriber) {
  return std::lower_bound(entries_.begin(), entries_.end(), subscriber,
                          [](const Entry& entry, std::uint32_t id) { return entry.subscriber < id; });
}

bool RembRelay::receive(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now) {
  const auto entry = find(subscriber);
  if (entry != entries_.end() && entry->subscriber == subscriber) {
    *entry = {subscriber, bitrate_bps, now + kExpiry};
    return true;
  }
  if (entries_.size() >= max_subscribers_) return false;
  entries_.insert(entry, {subscriber, bitrate_bps, now + kExpiry});
  return true;
}

void RembRelay::forget(std::uint32_t subscriber) {
  const auto entry = find(subscriber);
  if (entry != entries_.end() && entry->subscriber == subscriber) entries_.erase(entry);
}

std::uint64_t RembRelay::smallest_bps(base::Instant now) {
  std::erase_if(entries_, [now](const Entry& entry) { return entry.expires <= now; });
  if (entries_.empty()) return 0;
  const auto smallest =
      std::min_element(entries_.begin(), entries_.end(),
                       [](const Entry& a, const Entry& b) { return a.bitrate_bps < b.bitrate_bps; });
  return smallest->bitrate_bps;
}

std::uint64_t RembRelay::greatest_bps(std::uint32_t except, base::Instant now) const {
  std::uint64_t greatest = 0;
  for (const Entry& entry : entries_) {
    if (entry.expires > now && entry.subscriber != except) greatest = std::max(greatest, entry.bitrate_bps);
  }
  return greatest;
}

}  // namespace kaskado::rtp
