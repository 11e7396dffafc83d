#include "control/placement.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::control {

Placement::Placement(std::size_t shards, double spread_load) : spread_load_(spread_load), shards_(shards) {}

void Placement::measured(std::span<const double> loads) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    shards_[i].measured = loads[i];
    shards_[i].expected = 0;
  }
}

std::size_t Placement::for_pipeline() const {
  // What differs by less is noise, and pipelines tell more.
  constexpr double kStep = 0.05;
  const auto rank = [](const Load& load) {
    return std::pair(static_cast<int>(load.total() / kStep), load.pipelines);
  };
  return static_cast<std::size_t>(std::ranges::min_element(shards_, {}, rank) - shards_.begin());
}

std::size_t Placement::for_endpoint(std::size_t home) {
  std::size_t shard = home;
  if (spread_load_ < 1 && shards_[home].total() >= spread_load_) {
    const auto other = static_cast<std::size_t>(std::ranges::min_element(shards_, {}, &Load::total) - shards_.begin());
    // Where spreading is wanted in any case, it is in turn.
    const double gain = spread_load_ > 0 ? kLeastGain : 0;
    if (shards_[other].total() + gain < shards_[home].total()) shard = other;
  }
  shards_[shard].expected += kEndpointLoad;
  return shard;
}

}  // namespace kaskado::control
