// Finds the peer that a datagram is from: a STUN request by the ICE user fragment in its USERNAME, everything
// else by the path it came on. So a path is one peer's alone: where two peers of the shard talk to the same
// address, one of them has to do it from another port (docs/adr/0006). A peer without ICE has ports of its own, and all
// that comes there is its.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/socket_address.hpp"
#include "transport/peer_table.hpp"

namespace kaskado::transport {

// Owned by one shard. What is known of a peer must be forgotten before its id is given to another.
class Demux {
 public:
  // Paths of one peer at the most, so that one that sends from ever new addresses costs no memory. ICE has at
  // most 100 pairs and one more during a restart (RFC 8445 §6.1.2.5).
  static constexpr std::size_t kMaxPathsPerPeer = 128;
  // Of our own user fragments; those that we make have 8.
  static constexpr std::size_t kMaxFragmentBytes = 23;

  // `seed` is what nobody outside knows, so that nobody can choose addresses that make looking up slow.
  explicit Demux(std::uint64_t seed = 0) : by_path_(seed), by_user_fragment_(seed) {}

  // A port that is no single peer's. What is sent from one of them to another, or to itself, is of two peers
  // here at once, so no path between them can be claimed.
  void add_shared_port(std::uint16_t index, const base::SocketAddress& local);

  // A port that is this peer's alone, whoever sends to it, until it is forgotten.
  void own_port(std::uint16_t index, PeerId peer);
  std::optional<PeerId> owner_of(std::uint16_t index) const {
    const bool owned = index < port_owners_.size() && port_owners_[index] != kNobody;
    return owned ? std::optional(port_owners_[index]) : std::nullopt;
  }

  // At most kMaxFragmentBytes long.
  void add_user_fragment(const std::string& ufrag, PeerId peer);
  // Forgets those of the peer's fragments that are not `wanted`: after a restart of ICE the former ones lead
  // nowhere.
  void retain_user_fragments(PeerId peer, const std::function<bool(const std::string& ufrag)>& wanted);
  // What comes on this path is the peer's from now on, until it is forgotten or retain_paths() drops it.
  // False where nobody can have the path, another peer has it already, or this one has its fill.
  bool claim(const base::Path& path, PeerId peer);
  // Whether the path is the peer's, or could be but for its fill.
  bool may_claim(const base::Path& path, PeerId peer) const;
  bool has_fill(PeerId peer) const;
  void retain_paths(PeerId peer, const std::function<bool(const base::Path& path)>& wanted);
  void forget(PeerId peer);

  std::optional<PeerId> find(const base::Path& path, base::Bytes datagram) const;
  // A datagram of this path is looked up soon.
  void expect(const base::Path& path) const { by_path_.prefetch(path); }
  std::size_t paths() const { return by_path_.size(); }

 private:
  struct PathHash {
    std::uint64_t operator()(const base::Path& path, std::uint64_t seed) const;
  };
  // The text, and its length in the last octet.
  struct FragmentKey {
    std::array<std::uint64_t, (kMaxFragmentBytes + 1) / 8> words{};
    FragmentKey() = default;
    explicit FragmentKey(std::string_view fragment);
    bool operator==(const FragmentKey&) const = default;
  };
  struct FragmentHash {
    std::uint64_t operator()(const FragmentKey& key, std::uint64_t seed) const;
  };
  // What forget() has to undo.
  struct Known {
    std::vector<base::Path> paths;
    std::vector<std::string> user_fragments;
    std::vector<std::uint16_t> ports;
  };

  Known& known(PeerId peer);

  PeerTable<base::Path, PathHash> by_path_;
  PeerTable<FragmentKey, FragmentHash> by_user_fragment_;
  std::vector<Known> known_;  // by peer
  std::vector<PeerId> port_owners_;  // by index; kNobody for those that are found by other means
  std::vector<std::pair<std::uint16_t, base::SocketAddress>> shared_ports_;
};

}  // namespace kaskado::transport
