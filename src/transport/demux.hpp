// Finds the transport that a datagram of a shared port is for: a STUN request by the ICE user fragment in its
// USERNAME, everything else by the path it came on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/socket_address.hpp"

namespace kaskado::transport {

class WebRtcTransport;

// Owned by one shard. Transports must remove themselves before they go.
class Demux {
 public:
  // Paths kept for one transport at the most; the oldest makes room, so that a peer that sends from ever new
  // addresses costs no memory. One that is still in use is learned again by its next check.
  static constexpr std::size_t kMaxPathsPerTransport = 64;

  void add_user_fragment(const std::string& ufrag, WebRtcTransport& transport);
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

  void add_path(const base::Path& path, WebRtcTransport& transport);

  // What forget() has to undo.
  struct Known {
    std::vector<base::Path> paths;
    std::vector<std::string> user_fragments;
  };

  std::unordered_map<base::Path, WebRtcTransport*, PathHash> by_path_;
  std::unordered_map<std::string, WebRtcTransport*, TextHash, std::equal_to<>> by_user_fragment_;
  std::unordered_map<const WebRtcTransport*, Known> known_;
};

}  // namespace kaskado::transport
