// Brings what an outbox holds for several ports into one run a port, so that each port sends all of its
// datagrams in one batch however they are mixed. What this costs depends on how much is sent, not on how many
// ports there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/outbox.hpp"

namespace kaskado::loop {

// Owned by one loop. Allocates in make_room() and the constructor, never in for_each().
class EgressGroups {
 public:
  // `most` is how many datagrams come at once, at the most.
  explicit EgressGroups(std::size_t most);
  // Ports up to this index may be named from now on.
  void make_room(std::uint16_t port_index);

  // Calls send(port_index, its datagrams in their order) for each port that `pending` names, in the order in
  // which they first appear.
  template <typename Send>
  void for_each(std::span<const base::Egress> pending, Send&& send) {
    if (pending.empty()) return;
    if (is_for_one_port(pending)) {  // the rule, and nothing to sort
      send(pending.front().path.port_index, pending);
      return;
    }
    chain(pending);
    for (const std::uint16_t port : ports_) send(port, gather(pending, port));
  }

 private:
  static constexpr std::uint16_t kNone = 0xffff;
  struct Chain {
    std::uint16_t first = kNone;
    std::uint16_t last = kNone;
  };

  static bool is_for_one_port(std::span<const base::Egress> pending);
  void chain(std::span<const base::Egress> pending);
  // Valid until the next call.
  std::span<const base::Egress> gather(std::span<const base::Egress> pending, std::uint16_t port);

  std::vector<Chain> chains_;         // by port; empty between two calls
  std::vector<std::uint16_t> next_;   // by place in `pending`
  std::vector<std::uint16_t> ports_;  // that `pending` names
  std::vector<base::Egress> gathered_;
};

}  // namespace kaskado::loop
