#include "transport/relay.hpp"

#include <cstring>

namespace kaskado::transport {

Relay::Opened Relay::open(base::Packet& packet, const base::Path& from, base::Instant now,
                          base::Outbox& outbox) {
  // Strangers can send to a UDP port.
  if (!(from == client_.path())) return {.drop = base::DropReason::unknown_peer};
  const ice::TurnReceived received = client_.receive(packet.span(), now, outbox);
  Opened opened{.drop = received.drop, .state_changed = received.state_changed};
  if (received.drop != base::DropReason::none || !received.peer.is_set()) return opened;
  opened.is_from_peer = true;
  opened.path = {index_, received.peer};
  std::memmove(packet.bytes, received.payload.data(), received.payload.size());
  packet.length = static_cast<std::uint16_t>(received.payload.size());
  return opened;
}

}  // namespace kaskado::transport
