// The host candidates that a shard's media ports make (RFC 8445 §5.1.1.1).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ice/candidate.hpp"
#include "ice/turn_server.hpp"
#include "pipeline/media_port.hpp"

namespace kaskado::elements {

struct CandidateFilter {
  std::string network_interfaces;  // names with commas; empty stands for all
  // Told to the peer instead of the local address of that family, where set and numeric.
  std::string external_ipv4;
  std::string external_ipv6;
};

// What the peer is told instead of this address of ours.
base::SocketAddress told_address(const base::SocketAddress& local, const CandidateFilter& filter);

// One of our candidates, of whatever type.
struct HostCandidate {
  std::uint16_t port_index;
  ice::Candidate local;  // as the ICE agent knows it
  ice::Candidate told;   // as the peer is told of it
};

std::vector<HostCandidate> host_candidates(std::span<const pipeline::MediaPort> ports,
                                           const CandidateFilter& filter);
// That of a port which the filter lets through, where `before` of the session have been told.
HostCandidate host_candidate(const pipeline::MediaPort& port, std::size_t before,
                             const CandidateFilter& filter);

// Those of TCP (RFC 6544 §4.1): of a port that takes connections, and of one that makes them, whose number is told as 9
// (§4.5).
HostCandidate passive_candidate(const pipeline::MediaPort& port, std::size_t before, const CandidateFilter& filter);
HostCandidate active_candidate(const pipeline::MediaPort& port, std::size_t before, const CandidateFilter& filter);

// Those that servers find (RFC 8445 §5.1.1.2), numbered as above. `mapped` is what a STUN server sees of the port, `relayed`
// what a TURN server gave: of several, the one that takes the least detour comes first.
HostCandidate reflexive_candidate(const pipeline::MediaPort& port, const base::SocketAddress& mapped, std::size_t before);
HostCandidate relayed_candidate(std::uint16_t port_index, const base::SocketAddress& relayed,
                                const base::SocketAddress& mapped, ice::TurnTransport transport, std::size_t before);

// Those ports of the shard that the filter lets through.
std::vector<pipeline::MediaPort> ports_for(std::span<const pipeline::MediaPort> ports, const CandidateFilter& filter);

}  // namespace kaskado::elements
