#include "loop/egress_groups.hpp"

#include <algorithm>
#include <cassert>

namespace kaskado::loop {

EgressGroups::EgressGroups(std::size_t most) : next_(most) {
  assert(most < kNone);
  ports_.reserve(most);
  gathered_.reserve(most);
}

void EgressGroups::make_room(std::uint16_t port_index) {
  if (port_index >= chains_.size()) chains_.resize(std::size_t{port_index} + 1);
}

bool EgressGroups::is_for_one_port(std::span<const base::Egress> pending) {
  const std::uint16_t first = pending.front().path.port_index;
  return std::ranges::all_of(pending,
                             [&](const base::Egress& egress) { return egress.path.port_index == first; });
}

void EgressGroups::chain(std::span<const base::Egress> pending) {
  assert(pending.size() <= next_.size());
  ports_.clear();
  for (std::size_t i = 0; i < pending.size(); ++i) {
    const auto place = static_cast<std::uint16_t>(i);
    const std::uint16_t port = pending[i].path.port_index;
    assert(port < chains_.size());
    Chain& chain = chains_[port];
    next_[place] = kNone;
    if (chain.first == kNone) {
      ports_.push_back(port);
      chain.first = place;
    } else {
      next_[chain.last] = place;
    }
    chain.last = place;
  }
}

std::span<const base::Egress> EgressGroups::gather(std::span<const base::Egress> pending,
                                                   std::uint16_t port) {
  gathered_.clear();
  for (std::uint16_t i = chains_[port].first; i != kNone; i = next_[i]) gathered_.push_back(pending[i]);
  chains_[port] = {};
  return gathered_;
}

}  // namespace kaskado::loop
