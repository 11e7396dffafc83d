// An address that a TURN server has given a session (RFC 8656): what looks like a port of ours to ICE, DTLS
// and SRTP, by an index of its own, and is carried in messages between another port of ours and the server.
#pragma once

#include <cstdint>
#include <string>

#include "base/outbox.hpp"
#include "base/packet.hpp"
#include "base/random.hpp"
#include "ice/turn_client.hpp"

namespace kaskado::transport {

using ice::TurnServer;
using ice::TurnState;
using ice::TurnTransport;

// Owned by one transport; the shard that its datagrams leave by knows it as long as it stands.
class Relay {
 public:
  // Both ports are the session's alone. `carrier` is one that reaches the server: a UDP port, or a stream to
  // it.
  Relay(TurnServer server, std::uint16_t carrier, std::uint16_t index, base::Random& random)
      : client_(std::move(server), carrier, random), carrier_(carrier), index_(index) {}

  std::uint16_t carrier() const { return carrier_; }
  // What paths name the relayed address by.
  std::uint16_t index() const { return index_; }
  ice::TurnClient& client() { return client_; }
  const ice::TurnClient& client() const { return client_; }

  // Makes a datagram that is to leave from the relayed address one to the server; false where it cannot go.
  // `room` is all of its slot.
  bool carry(base::Egress& egress, base::MutableBytes room, base::Instant now) {
    const std::size_t length = client_.wrap(room, egress.length, egress.path.remote, now);
    if (length == 0) return false;
    egress.length = static_cast<std::uint16_t>(length);
    egress.path = client_.path();
    return true;
  }
  // Whether the peer's datagram is left in the packet, which came on the carrier; it then stands at its
  // beginning and `path` is the way that it came. Otherwise it was the server's, or of no use.
  struct Opened {
    base::DropReason drop = base::DropReason::none;
    bool state_changed = false;
    bool is_from_peer = false;
    base::Path path;
  };
  Opened open(base::Packet& packet, const base::Path& from, base::Instant now, base::Outbox& outbox);

 private:
  ice::TurnClient client_;
  const std::uint16_t carrier_;
  const std::uint16_t index_;
};

}  // namespace kaskado::transport
