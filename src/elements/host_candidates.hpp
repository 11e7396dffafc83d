// The host candidates that a shard's media ports make (RFC 8445 §5.1.1.1).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ice/candidate.hpp"
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

}  // namespace kaskado::elements
