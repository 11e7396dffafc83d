// Finds the peer that a datagram of a shared port is from: a STUN request by the ICE user fragment in its
// USERNAME, everything else by the path it came on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/socket_address.hpp"

namespace kaskado::transport {

// A session of the shard, small and reused, so that it can index tables.
using PeerId = std::uint32_t;

// Owned by one shard. What is known of a peer must be forgotten before its id is given to another.
class Demux {
 public:
  // Paths kept for one peer at the most; the oldest makes room, so that a peer that sends from ever new
  // addresses costs no memory. One that is still in use is learned again by its next check.
  // ICE checks at most 100 pairs (RFC 8445 §6.1.2.5).
  static constexpr std::size_t kMaxPathsPerPeer = 128;

  void add_user_fragment(const std::string& ufrag, PeerId peer);
  // Forgets those of the peer's fragments that are not `wanted`: after a restart of ICE the former ones lead
  // nowhere.
  void retain_user_fragments(PeerId peer, const std::function<bool(const std::string& ufrag)>& wanted);
  // The peer has shown on this path that it knows the ICE password: what comes on it is this peer's, whoever
  // had it before.
  void learn(const base::Path& path, PeerId peer);
  // A check goes out on this path, so its answer may come back. Takes no path from another peer.
  void expect(const base::Path& path, PeerId peer);
  void forget(PeerId peer);

  std::optional<PeerId> find(const base::Path& path, base::Bytes datagram) const;
  std::size_t paths() const { return by_path_.size(); }

 private:
  struct PathHash {
    std::size_t operator()(const base::Path& path) const { return path.remote.hash() * 31 + path.port_index; }
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  // What forget() has to undo.
  struct Known {
    std::vector<base::Path> paths;
    std::vector<std::string> user_fragments;
  };

  Known& known(PeerId peer);
  void add_path(const base::Path& path, PeerId peer);

  std::unordered_map<base::Path, PeerId, PathHash> by_path_;
  std::unordered_map<std::string, PeerId, TextHash, std::equal_to<>> by_user_fragment_;
  std::vector<Known> known_;  // by peer
};

}  // namespace kaskado::transport
