// All that one hop of one media stream sent and asked for again, with what the network made of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "virtual_network.hpp"

namespace kaskado::sim {

struct Transmission {
  Instant sent;
  Fate arrival;
};

// Which packet of which publisher.
struct PacketId {
  std::uint32_t publisher = 0;
  std::uint32_t number = 0;
  auto operator<=>(const PacketId&) const = default;
};

// By extended sequence numbers of the hop.
struct HopLedger {
  std::map<std::uint64_t, std::vector<Transmission>> packets;
  std::map<std::uint64_t, std::vector<Transmission>> requests;
  std::map<std::uint64_t, PacketId> ids;  // of what was sent, where that could be read

  // When the first copy came; kNever where none did.
  Instant arrival(std::uint64_t extended) const {
    Instant first = base::kNever;
    const auto found = packets.find(extended);
    if (found == packets.end()) return first;
    for (const Transmission& transmission : found->second)
      first = std::min(first, transmission.arrival.value_or(first));
    return first;
  }
};

}  // namespace kaskado::sim
