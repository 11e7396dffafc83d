// UDP ports that sessions have to themselves, beside those that all sessions of the shard share. One is
// needed where a peer cannot be told from another one's by its address: when it is a server that, like this
// one, has one port for all its peers, or this server itself (docs/adr/0006). A peer without ICE has a pair of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "pipeline/media_port.hpp"
#include "transport/demux.hpp"
#include "transport/stream_codec.hpp"

namespace kaskado::pipeline {

// How a socket is opened and closed: by the loop, or by a test's virtual network.
struct PortFunctions {
  // Binds to the address, whose port number is to be chosen where it is 0, and gives the address bound. Paths name it
  // by `index`.
  std::function<base::Result<base::SocketAddress>(std::uint16_t index, const base::SocketAddress& address)>
      open;
  // What is pending for the port has been sent.
  std::function<void(std::uint16_t index)> close;
  // Of what the port sends to groups; may be left out.
  std::function<void(std::uint16_t index, std::uint8_t hops)> set_multicast_hops = {};
  // The address of ours that datagrams to `remote` would come from; not set where there is no way there. May be left out.
  std::function<base::SocketAddress(const base::SocketAddress& remote)> source_for = {};
  // A port of TCP connections that are made from that address to whoever is sent to; closed as others are. May be left out:
  // then there is none.
  std::function<void(std::uint16_t index, const base::SocketAddress& address, transport::StreamUse use)> open_stream = {};
};

// What a session's relayed address needs: a port that talks to the server, and an index that no socket has.
struct RelayPorts {
  MediaPort carrier;
  std::uint16_t index = 0;
};

// RFC 3550 §11: RTP on an even port and RTCP on the next.
struct PortPair {
  MediaPort rtp;
  MediaPort rtcp;
};

enum class TurnCarrier : std::uint8_t { udp, tcp, tls };

// Owned by a shard.
class SessionPorts {
 public:
  // In one shard. Each takes a file descriptor and some kernel memory.
  static constexpr std::size_t kMost = 4096;

  // Without functions no port is ever opened.
  explicit SessionPorts(PortFunctions functions) : functions_(std::move(functions)) {}

  // `first` is the lowest index that no shared port has, or a higher one that was named before.
  void set_first_index(std::uint16_t first) { next_index_ = std::max(next_index_, first); }
  // A port for the session on the interface of `shared`. Nothing where it has one there, and where none can
  // be had: there are kMost of them, or the system refuses; of that the log tells once.
  std::optional<MediaPort> open(transport::PeerId session, const MediaPort& shared);
  // A pair for the session on that interface; also several. Nothing as above.
  std::optional<PortPair> open_pair(transport::PeerId session, const MediaPort& interface);
  // For a relayed address of the session's, on that interface; of() does not name them. Nothing as above.
  std::optional<RelayPorts> open_relay(transport::PeerId session, const MediaPort& interface, TurnCarrier carrier);
  // One that connects to whoever is sent to from that interface (RFC 6544 §4.1: an active candidate); of() does not name it.
  // Nothing as above, and where there is no TCP.
  std::optional<MediaPort> open_stream(transport::PeerId session, const MediaPort& interface, transport::StreamUse use);
  // Whether there is TCP at all.
  bool makes_streams() const { return functions_.open_stream != nullptr; }
  void set_multicast_hops(const MediaPort& port, std::uint8_t hops) {
    if (functions_.set_multicast_hops) functions_.set_multicast_hops(port.index, hops);
  }
  base::SocketAddress source_for(const base::SocketAddress& remote) const {
    return functions_.source_for ? functions_.source_for(remote) : base::SocketAddress{};
  }
  // Those that peers may send to, in the order they were opened.
  std::vector<MediaPort> of(transport::PeerId session) const;
  bool has(transport::PeerId session) const { return open_.contains(session); }
  // No path leads to the session any more, and nothing is to be sent for it.
  void close(transport::PeerId session);
  std::size_t count() const { return count_; }

 private:
  static constexpr std::uint16_t kOfPair = 0xffff;  // as Port::shared_index
  static constexpr std::uint16_t kCarrier = 0xfffe;
  static constexpr std::uint16_t kBare = 0xfffd;  // an index without a socket
  // Numbers that are tried for a pair.
  static constexpr int kPairTries = 64;
  struct Port {
    std::uint16_t shared_index;
    MediaPort port;
  };

  // Binds a port that keep() or give_back() follows.
  std::optional<MediaPort> bind(const base::SocketAddress& address, const std::string& interface);
  void keep(transport::PeerId session, std::uint16_t shared_index, const MediaPort& port);
  void give_back(const MediaPort& port);
  void close(const Port& port);
  std::uint16_t take_index();
  void warn(const std::string& why);

  PortFunctions functions_;
  std::map<transport::PeerId, std::vector<Port>> open_;
  std::vector<std::uint16_t> free_indices_;
  std::uint16_t next_index_ = 0;
  std::size_t count_ = 0;
  bool warned_ = false;
  std::string refusal_;  // of the last bind() that gave nothing
};

}  // namespace kaskado::pipeline
