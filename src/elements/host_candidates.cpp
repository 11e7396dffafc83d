#include "elements/host_candidates.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace kaskado::elements {

namespace {

bool names(std::string_view list, std::string_view interface) {
  if (base::trim(list).empty()) return true;
  while (!list.empty()) {
    if (base::trim(base::take_until(list, ',')) == interface) return true;
  }
  return false;
}

}  // namespace

base::SocketAddress told_address(const base::SocketAddress& local, const CandidateFilter& filter) {
  const std::string& text = local.is_v4() ? filter.external_ipv4 : filter.external_ipv6;
  const auto external = base::SocketAddress::parse(text, local.port());
  return external && external->is_v4() == local.is_v4() ? *external : local;
}

std::vector<HostCandidate> host_candidates(std::span<const pipeline::MediaPort> ports,
                                           const CandidateFilter& filter) {
  std::vector<HostCandidate> candidates;
  for (const pipeline::MediaPort& port : ports_for(ports, filter))
    candidates.push_back(host_candidate(port, candidates.size(), filter));
  return candidates;
}

std::vector<pipeline::MediaPort> ports_for(std::span<const pipeline::MediaPort> ports, const CandidateFilter& filter) {
  std::vector<pipeline::MediaPort> wanted;
  for (const pipeline::MediaPort& port : ports) {
    if (names(filter.network_interfaces, port.interface)) wanted.push_back(port);
  }
  return wanted;
}

// Each has a foundation of its own, also two of one interface, so that checks of one do not wait for those of
// another (RFC 8445 §6.1.4.2): a port is opened because another one does not get through.
HostCandidate host_candidate(const pipeline::MediaPort& port, std::size_t before,
                             const CandidateFilter& filter) {
  const auto number = static_cast<std::uint16_t>(before);
  ice::Candidate local;
  local.foundation = std::to_string(number + 1);
  local.priority =
      ice::candidate_priority(ice::CandidateType::host, static_cast<std::uint16_t>(65535 - number));
  local.address = port.local;
  ice::Candidate told = local;
  told.address = told_address(port.local, filter);
  return {port.index, std::move(local), std::move(told)};
}

namespace {

HostCandidate tcp_candidate(const pipeline::MediaPort& port, ice::TcpType type, const base::SocketAddress& address,
                            std::size_t before, const CandidateFilter& filter) {
  ice::Candidate local;
  local.foundation = std::to_string(before + 1);
  local.transport = ice::CandidateTransport::tcp;
  local.tcp_type = type;
  local.priority = ice::tcp_candidate_priority(type, static_cast<std::uint16_t>(8191 - before));
  local.address = address;
  ice::Candidate told = local;
  told.address = told_address(address, filter);
  return {port.index, std::move(local), std::move(told)};
}

}  // namespace

HostCandidate passive_candidate(const pipeline::MediaPort& port, std::size_t before, const CandidateFilter& filter) {
  return tcp_candidate(port, ice::TcpType::passive, port.local, before, filter);
}

HostCandidate active_candidate(const pipeline::MediaPort& port, std::size_t before, const CandidateFilter& filter) {
  constexpr std::uint16_t kDiscard = 9;
  return tcp_candidate(port, ice::TcpType::active, port.local.with_port(kDiscard), before, filter);
}

HostCandidate reflexive_candidate(const pipeline::MediaPort& port, const base::SocketAddress& mapped,
                                  std::size_t before) {
  const auto number = static_cast<std::uint16_t>(before);
  ice::Candidate local;
  local.foundation = std::to_string(number + 1);
  local.type = ice::CandidateType::server_reflexive;
  local.priority = ice::candidate_priority(local.type, static_cast<std::uint16_t>(65535 - number));
  local.address = mapped;
  local.related = port.local;
  return {port.index, local, local};
}

HostCandidate relayed_candidate(std::uint16_t port_index, const base::SocketAddress& relayed,
                                const base::SocketAddress& mapped, ice::TurnTransport transport, std::size_t before) {
  // RFC 8445 §5.1.2.2: what is slower to the server, or waits for what was lost, comes after.
  const auto detour = static_cast<std::uint16_t>(static_cast<unsigned>(transport) << 12);
  const auto number = static_cast<std::uint16_t>(before);
  ice::Candidate local;
  local.foundation = std::to_string(number + 1);
  local.type = ice::CandidateType::relayed;
  local.priority = ice::candidate_priority(local.type, static_cast<std::uint16_t>(65535 - detour - number));
  local.address = relayed;
  local.related = mapped;
  return {port_index, local, local};
}

}  // namespace kaskado::elements
