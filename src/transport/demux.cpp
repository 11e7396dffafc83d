#include "transport/demux.hpp"

#include <utility>

#include "ice/stun.hpp"
#include "transport/datagram_kind.hpp"

namespace kaskado::transport {

void Demux::add_user_fragment(const std::string& ufrag, WebRtcTransport& transport) {
  by_user_fragment_.insert_or_assign(ufrag, &transport);
  known_[&transport].user_fragments.push_back(ufrag);
}

void Demux::learn(const base::Path& path, WebRtcTransport& transport) {
  const auto found = by_path_.find(path);
  if (found != by_path_.end()) {
    if (found->second == &transport) return;
    std::erase(known_[found->second].paths, path);
  }
  add_path(path, transport);
}

void Demux::expect(const base::Path& path, WebRtcTransport& transport) {
  if (!by_path_.contains(path)) add_path(path, transport);
}

void Demux::add_path(const base::Path& path, WebRtcTransport& transport) {
  std::vector<base::Path>& paths = known_[&transport].paths;
  if (paths.size() == kMaxPathsPerTransport) {
    by_path_.erase(paths.front());
    paths.erase(paths.begin());
  }
  by_path_.insert_or_assign(path, &transport);
  paths.push_back(path);
}

void Demux::forget(WebRtcTransport& transport) {
  const auto found = known_.find(&transport);
  if (found == known_.end()) return;
  for (const base::Path& path : found->second.paths) by_path_.erase(path);
  for (const std::string& ufrag : found->second.user_fragments) by_user_fragment_.erase(ufrag);
  known_.erase(found);
}

WebRtcTransport* Demux::find(const base::Path& path, base::Bytes datagram) const {
  if (kind_of(datagram) == DatagramKind::stun) {
    if (const auto username = ice::peek_username(datagram)) {
      // RFC 8445 §7.2.2: the fragment of the one who is asked comes first.
      const auto found = by_user_fragment_.find(username->substr(0, username->find(':')));
      return found == by_user_fragment_.end() ? nullptr : found->second;
    }
  }
  return find(path);
}

WebRtcTransport* Demux::find(const base::Path& path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

}  // namespace kaskado::transport
