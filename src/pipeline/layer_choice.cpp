#include "pipeline/layer_choice.hpp"

#include <algorithm>

namespace kaskado::pipeline {

namespace {

// The best whose rate is not above, or the least.
std::size_t best_below(std::span<const std::uint64_t> rates_bps, double bps) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < rates_bps.size(); ++i) {
    if (static_cast<double>(rates_bps[i]) <= bps) best = i;
  }
  return best;
}

// Whether it has held for so long; `holds` is of now.
bool held_for(std::optional<base::Instant>& since, bool holds, base::Duration span, base::Instant now) {
  if (!holds) since.reset();
  if (holds && !since) since = now;
  return since && now - *since >= span;
}

}  // namespace

std::size_t LayerChoice::choose(std::span<const std::uint64_t> rates_bps, std::optional<std::size_t> current,
                                const Allowance& allowance, base::Instant now) {
  const auto told_bps = static_cast<double>(allowance.told_bps);
  if (!current || *current >= rates_bps.size()) return best_below(rates_bps, told_bps);
  if (tried_ && now - *tried_ >= kTrialHolds) {
    tried_.reset();
    next_trial_ = kFirstTrial;
  }
  const std::size_t lower = best_below(rates_bps.first(*current + 1), told_bps * kStayShare);
  if (lower < *current) return go_down(rates_bps, *current, lower, allowance.told_bps, now);
  too_much_since_.reset();
  const std::size_t higher = std::max(*current, best_below(rates_bps, told_bps * kUpShare));
  if (!held_for(room_since_, higher > *current, kUpAfter, now)) {
    return higher > *current ? *current : try_more(rates_bps, *current, allowance, now);
  }
  room_since_.reset();
  trial_room_since_.reset();
  return higher;
}

std::size_t LayerChoice::go_down(std::span<const std::uint64_t> rates_bps, std::size_t current, std::size_t to,
                                 std::uint64_t told_bps, base::Instant now) {
  room_since_.reset();
  trial_room_since_.reset();
  const bool far_too_much = rates_bps[current] / 2 > told_bps;
  // What was tried has a while to show: the receiver has just begun to see more.
  const base::Duration patience = tried_ ? 4 * kDownAfter : kDownAfter;
  if (!held_for(too_much_since_, true, patience, now) && (tried_ || !far_too_much)) return current;
  too_much_since_.reset();
  if (tried_) next_trial_ = std::min(2 * next_trial_, kLongestTrial);
  tried_.reset();
  return to;
}

std::size_t LayerChoice::try_more(std::span<const std::uint64_t> rates_bps, std::size_t current, const Allowance& allowance,
                                  base::Instant now) {
  const bool may = current + 1 < rates_bps.size() && !tried_ && rates_bps[current + 1] <= allowance.most_bps &&
                   static_cast<double>(allowance.told_bps) >= kTrialRoom * static_cast<double>(rates_bps[current]);
  if (!held_for(trial_room_since_, may, next_trial_, now)) return current;
  trial_room_since_.reset();
  tried_ = now;
  return current + 1;
}

}  // namespace kaskado::pipeline
