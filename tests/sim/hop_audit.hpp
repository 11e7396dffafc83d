// Whether one hop of a stream recovered all that its NACKs can recover: each packet that never came must have
// been asked for in time, as often as the rules have it, and each request that got through must have been
// answered while the packet could be had.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hop_ledger.hpp"

namespace kaskado::sim {

// As rtp::NackParams, rtp::PacketHistory and rtp::RetransmissionGuard promise it.
struct HopRules {
  Duration reorder_delay = 10ms;
  Duration give_up_after = 1s;
  std::size_t most_requests = 10;
  std::size_t longest_hole = 512;  // of a longer one nothing is asked for
  Duration history_age = 2s;
  // Between two requests, and between two answers, at the most: the longest round trip of the hop.
  Duration longest_interval = 200ms;
};

// From when until when a sender can send a packet again, apart from its history's age; never by default.
struct Availability {
  Instant from = base::kNever;
  Instant until = base::kNever;
};

struct HopAudit {
  std::uint64_t first = 0;          // what arrived first
  std::uint64_t last = 0;           // the highest that arrived
  std::vector<std::uint64_t> lost;  // between the two: beyond what NACKs can do, or there is a fault
  int recovered = 0;                // came by a retransmission only
  std::vector<std::string> faults;
};

HopAudit audit(const HopLedger& ledger, const HopRules& rules,
               const std::function<Availability(std::uint64_t)>& available);

}  // namespace kaskado::sim
