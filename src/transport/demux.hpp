// Finds the transport that a datagram of a shared port is for: a STUN request by the ICE user fragment in its
// USERNAME, everything else by the path it came on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.hpp"
#include "base/socket_address.hpp"

namespace kaskado::transport {

class WebRtcTransport;

// Owned by one shard. Transports must remove themselves before they go.
class Demux {
 public:
  // Paths kept for one transport at the most; further ones are not learned, so that a peer that sends from
  // ever new addresses costs no memory.
  static constexpr std::size_t kMaxPathsPerTransport = 64;

  void add_user_fragment(std::string ufrag, WebRtcTransport& transport);
  void remove_user_fragment(std::string_view ufrag);
  // The peer has shown on this path that it knows the ICE password: what comes on it is this transport's,
  // whoever had it before.
  void learn(const base::Path& path, WebRtcTransport& transport);
  // A check goes out on this path, so its answer may come back. Takes no path from another transport.
  void expect(const base::Path& path, WebRtcTransport& transport);
  void forget(WebRtcTransport& transport);

  WebRtcTransport* find(const base::Path& path, base::Bytes datagram) const;
  // By path alone: for the datagrams of a run behind its first.
  WebRtcTransport* find(const base::Path& path) const;
  std::size_t paths() const { return by_path_.size(); }

 private:
  struct PathHash {
    std::size_t operator()(const base::Path& path) const { return path.remote.hash() * 31 + path.port_index; }
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  std::unordered_map<base::Path, WebRtcTransport*, PathHash> by_path_;
  std::unordered_map<std::string, WebRtcTransport*, TextHash, std::equal_to<>> by_user_fragment_;
  std::unordered_map<const WebRtcTransport*, std::size_t> paths_of_;
};

}  // namespace kaskado::transport
