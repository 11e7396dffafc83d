#include "transport/demux.hpp"

#include "ice/stun.hpp"
#include "transport/datagram_kind.hpp"

namespace kaskado::transport {

Demux::Known& Demux::known(PeerId peer) {
  if (peer >= known_.size()) known_.resize(peer + 1);
  return known_[peer];
}

void Demux::add_user_fragment(const std::string& ufrag, PeerId peer) {
  by_user_fragment_.insert_or_assign(ufrag, peer);
  known(peer).user_fragments.push_back(ufrag);
}

void Demux::retain_user_fragments(PeerId peer, const std::function<bool(const std::string& ufrag)>& wanted) {
  std::erase_if(known(peer).user_fragments, [&](const std::string& ufrag) {
    if (wanted(ufrag)) return false;
    by_user_fragment_.erase(ufrag);
    return true;
  });
}

void Demux::learn(const base::Path& path, PeerId peer) {
  const auto found = by_path_.find(path);
  if (found != by_path_.end()) {
    if (found->second == peer) return;
    std::erase(known(found->second).paths, path);
  }
  add_path(path, peer);
}

void Demux::expect(const base::Path& path, PeerId peer) {
  if (!by_path_.contains(path)) add_path(path, peer);
}

void Demux::add_path(const base::Path& path, PeerId peer) {
  std::vector<base::Path>& paths = known(peer).paths;
  if (paths.size() == kMaxPathsPerPeer) {
    by_path_.erase(paths.front());
    paths.erase(paths.begin());
  }
  by_path_.insert_or_assign(path, peer);
  paths.push_back(path);
}

void Demux::forget(PeerId peer) {
  Known& gone = known(peer);
  for (const base::Path& path : gone.paths) by_path_.erase(path);
  for (const std::string& ufrag : gone.user_fragments) by_user_fragment_.erase(ufrag);
  gone = {};
}

std::optional<PeerId> Demux::find(const base::Path& path, base::Bytes datagram) const {
  if (kind_of(datagram) == DatagramKind::stun) {
    if (const auto username = ice::peek_username(datagram)) {
      // RFC 8445 §7.2.2: the fragment of the one who is asked comes first.
      const auto found = by_user_fragment_.find(ice::receiver_ufrag(*username));
      if (found == by_user_fragment_.end()) return std::nullopt;
      return found->second;
    }
  }
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return std::nullopt;
  return found->second;
}

}  // namespace kaskado::transport
