// What an ICE agent tells about one candidate pair: for events, getICECandidatePairs and statistics.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/time.hpp"
#include "ice/candidate.hpp"

namespace kaskado::ice {

enum class IceRole : std::uint8_t { controlling, controlled };

enum class PairState : std::uint8_t { frozen, waiting, in_progress, succeeded, failed };  // RFC 8445 §6.1.2.6

// Names of RTCStatsIceCandidatePairState (W3C webrtc-stats §8.21).
constexpr std::string_view to_string(PairState state) {
  constexpr std::string_view kNames[] = {"frozen", "waiting", "in-progress", "succeeded", "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

// Requests and responses of connectivity and consent checks.
struct CheckCounters {
  std::uint32_t requests_sent = 0;
  std::uint32_t responses_received = 0;
  std::uint32_t requests_received = 0;
  std::uint32_t responses_sent = 0;
};

// A copy, so that it outlives any change of the agent.
struct CandidatePair {
  Candidate local;  // peer-reflexive where the peer saw an address that is none of ours
  Candidate remote;
  base::Path path;
  PairState state = PairState::frozen;
  std::uint64_t priority = 0;
  bool valid = false;  // a check of ours succeeded and consent has not run out
  bool nominated = false;
  base::Duration round_trip{};        // of the latest check that was sent once; 0 before
  base::Duration total_round_trip{};  // of all of those
  CheckCounters counters;
};

}  // namespace kaskado::ice
