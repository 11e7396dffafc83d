#include "transport/demux.hpp"

#include <utility>

#include "ice/stun.hpp"
#include "transport/datagram_kind.hpp"

namespace kaskado::transport {

void Demux::add_user_fragment(std::string ufrag, WebRtcTransport& transport) {
  by_user_fragment_.insert_or_assign(std::move(ufrag), &transport);
}

void Demux::remove_user_fragment(std::string_view ufrag) {
  const auto found = by_user_fragment_.find(ufrag);
  if (found != by_user_fragment_.end()) by_user_fragment_.erase(found);
}

void Demux::learn(const base::Path& path, WebRtcTransport& transport) {
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return expect(path, transport);
  if (found->second == &transport) return;
  --paths_of_[found->second];
  found->second = &transport;
  ++paths_of_[&transport];
}

void Demux::expect(const base::Path& path, WebRtcTransport& transport) {
  std::size_t& count = paths_of_[&transport];
  if (count < kMaxPathsPerTransport && by_path_.try_emplace(path, &transport).second) ++count;
}

void Demux::forget(WebRtcTransport& transport) {
  std::erase_if(by_path_, [&](const auto& entry) { return entry.second == &transport; });
  std::erase_if(by_user_fragment_, [&](const auto& entry) { return entry.second == &transport; });
  paths_of_.erase(&transport);
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
