#include "transport/demux.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "base/seeded_hash.hpp"
#include "ice/stun.hpp"
#include "transport/datagram_kind.hpp"

namespace kaskado::transport {

std::uint64_t Demux::PathHash::operator()(const base::Path& path, std::uint64_t seed) const {
  return base::mix(path, seed);
}

Demux::FragmentKey::FragmentKey(std::string_view fragment) {
  assert(fragment.size() <= kMaxFragmentBytes);
  std::memcpy(words.data(), fragment.data(), fragment.size());
  words.back() |= std::uint64_t{fragment.size()} << 56;
}

std::uint64_t Demux::FragmentHash::operator()(const FragmentKey& key, std::uint64_t seed) const {
  return base::mix(key.words[0], key.words[1], key.words[2], seed);
}

Demux::Known& Demux::known(PeerId peer) {
  if (peer >= known_.size()) known_.resize(peer + 1);
  return known_[peer];
}

void Demux::add_user_fragment(const std::string& ufrag, PeerId peer) {
  by_user_fragment_.set(FragmentKey(ufrag), peer);
  known(peer).user_fragments.push_back(ufrag);
}

void Demux::retain_user_fragments(PeerId peer, const std::function<bool(const std::string& ufrag)>& wanted) {
  std::erase_if(known(peer).user_fragments, [&](const std::string& ufrag) {
    if (wanted(ufrag)) return false;
    by_user_fragment_.erase(FragmentKey(ufrag));
    return true;
  });
}

void Demux::add_shared_port(std::uint16_t index, const base::SocketAddress& local) {
  const std::pair port(index, local);
  if (std::ranges::find(shared_ports_, port) == shared_ports_.end()) shared_ports_.push_back(port);
}

void Demux::own_port(std::uint16_t index, PeerId peer) {
  if (index >= port_owners_.size()) port_owners_.resize(std::size_t{index} + 1, kNobody);
  port_owners_[index] = peer;
  known(peer).ports.push_back(index);
}

bool Demux::claim(const base::Path& path, PeerId peer) {
  if (!may_claim(path, peer)) return false;
  std::vector<base::Path>& paths = known(peer).paths;
  if (by_path_.find(path) == peer) return true;
  if (paths.size() == kMaxPathsPerPeer) return false;
  by_path_.set({path}, peer);
  paths.push_back(path);
  return true;
}

bool Demux::may_claim(const base::Path& path, PeerId peer) const {
  const PeerId found = by_path_.find(path);
  if (found != kNobody) return found == peer;
  const auto is_from = [&](const auto& port) { return port.first == path.port_index; };
  const auto is_to = [&](const auto& port) { return port.second == path.remote; };
  return std::ranges::none_of(shared_ports_, is_to) || std::ranges::none_of(shared_ports_, is_from);
}

bool Demux::has_fill(PeerId peer) const {
  return peer < known_.size() && known_[peer].paths.size() == kMaxPathsPerPeer;
}

void Demux::retain_paths(PeerId peer, const std::function<bool(const base::Path& path)>& wanted) {
  std::erase_if(known(peer).paths, [&](const base::Path& path) {
    if (wanted(path)) return false;
    by_path_.erase(path);
    return true;
  });
}

void Demux::forget(PeerId peer) {
  Known& gone = known(peer);
  for (const base::Path& path : gone.paths) by_path_.erase(path);
  for (const std::string& ufrag : gone.user_fragments) by_user_fragment_.erase(FragmentKey(ufrag));
  for (const std::uint16_t port : gone.ports) port_owners_[port] = kNobody;
  gone = {};
}

std::optional<PeerId> Demux::find(const base::Path& path, base::Bytes datagram) const {
  const auto told = [](PeerId peer) { return peer == kNobody ? std::nullopt : std::optional(peer); };
  if (path.port_index < port_owners_.size() && port_owners_[path.port_index] != kNobody) {
    return port_owners_[path.port_index];
  }
  if (kind_of(datagram) == DatagramKind::stun) {
    if (const auto username = ice::peek_username(datagram)) {
      // RFC 8445 §7.2.2: the fragment of the one who is asked comes first.
      const std::string_view fragment = ice::receiver_ufrag(*username);
      if (fragment.size() > kMaxFragmentBytes) return std::nullopt;
      return told(by_user_fragment_.find(FragmentKey(fragment)));
    }
  }
  return told(by_path_.find(path));
}

}  // namespace kaskado::transport
