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
  for (const pipeline::MediaPort& port : ports) {
    if (!names(filter.network_interfaces, port.interface)) continue;
    candidates.push_back(host_candidate(port, candidates.size(), filter));
  }
  return candidates;
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

}  // namespace kaskado::elements
