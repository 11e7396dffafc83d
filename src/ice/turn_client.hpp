// A client of one TURN server with one allocation (RFC 8656), by long-term credentials (RFC 8489 §9.2). A
// machine of the usual shape: what the server sends and time go in, requests to it come out by the Outbox.
// Owned by one loop.
//
// What is sent to a peer is wrapped in place (wrap()), and what comes from one is a view into the server's
// message: the packet path neither copies into another buffer nor allocates.
//
// Decisions worth knowing:
// - The first request carries no credentials; the server's 401 brings realm and nonce (RFC 8489 §9.2.4). A
//   nonce that went stale (438) costs one more round trip of that request.
// - A permission is asked for with the first candidate of an IP address, so that the peer's checks get in as
//   early as ours get out. It is renewed for as long as something is sent there.
// - A channel is bound for a peer as soon as something else than STUN is sent to it: checks of pairs that come
//   to nothing cost no channel.
// - 437 to an Allocate says that the server knows our port from before: another port is needed, and the client
//   fails. 437 later says that the server has forgotten us: it fails too, for a new allocation would have
//   another address.
// - 300 names another server, which is asked at once: over TCP and TLS by a connection of its own, which
//   whoever carries the requests makes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/outbox.hpp"
#include "base/random.hpp"
#include "ice/stun_key.hpp"
#include "ice/stun_transaction.hpp"
#include "ice/turn_server.hpp"

namespace kaskado::ice {

enum class TurnState : std::uint8_t { idle, allocating, ready, failed, closed };

// What came of a datagram of the server's.
struct TurnReceived {
  base::DropReason drop = base::DropReason::none;
  bool state_changed = false;
  // Set where a peer has sent something: who, and what, in the datagram.
  SocketAddress peer;
  Bytes payload;
};

class TurnClient {
 public:
  // IP addresses that are permitted, at the most; of a further one the longest unused gives way.
  static constexpr std::size_t kMaxPermissions = 64;
  static constexpr std::size_t kMaxChannels = 64;    // further peers are sent indications
  static constexpr std::uint8_t kMaxAlternates = 3;  // that 300 may lead to
  // What wrap() may add: an indication's header, an IPv6 peer and padding.
  static constexpr std::size_t kMostOverheadBytes = 20 + 24 + 4 + 3;
  static constexpr std::size_t kChannelOverheadBytes = 4;  // what it adds to media, and up to 3 more over TCP

  // `port_index` is ours alone, or a stream to the server. `random` outlives the client.
  TurnClient(TurnServer server, std::uint16_t port_index, base::Random& random);

  // The server can be written to.
  void start(base::Instant now, base::Outbox& outbox);
  // `datagram` came from the server by our port.
  TurnReceived receive(Bytes datagram, base::Instant now, base::Outbox& outbox);
  // Whether the state has changed.
  bool advance(base::Instant now, base::Outbox& outbox);
  base::Instant deadline() const;
  // Gives the allocation back, unanswered.
  void close(base::Instant now, base::Outbox& outbox);
  // The stream to the server is at its end, or never began.
  void fail(std::string why);

  // Lets the peer's address through, if the allocation stands or once it does.
  void permit(const SocketAddress& peer, base::Instant now);
  // Makes the `length` bytes that stand at the beginning of `room` a message to the server that carries them
  // to the peer; gives its length, or 0 where they cannot be sent: no allocation, no room, or nobody has
  // permitted the peer.
  std::size_t wrap(base::MutableBytes room, std::size_t length, const SocketAddress& peer, base::Instant now);

  TurnState state() const { return state_; }
  // From where to where requests go; another server's after a 300.
  const base::Path& path() const { return path_; }
  const TurnServer& server() const { return server_; }
  const SocketAddress& relayed() const { return relayed_; }  // set while ready
  const SocketAddress& mapped() const { return mapped_; }    // ours as the server sees it
  // In words, for the log; empty where it did not fail.
  const std::string& why() const { return why_; }

 private:
  struct Permission {
    SocketAddress ip;  // port 0
    StunTransaction request;
    bool granted = false;
    bool wanted = true;  // a request is to be sent
    base::Instant renew_at = base::kNever;
    base::Instant used_at{};
  };
  struct Channel {
    SocketAddress peer;
    std::uint16_t number = 0;
    StunTransaction request;
    bool bound = false;
    bool wanted = true;
    base::Instant renew_at = base::kNever;
    base::Instant used_at{};
  };

  bool reliable() const { return server_.transport != TurnTransport::udp; }

  // turn_client.cpp: the allocation, and what time brings.
  void note_allocated(const StunMessage& response, base::Instant now);
  void note_refreshed(const StunMessage& response, base::Instant now);
  void refuse_allocation(const StunMessage& response, base::Instant now, base::Outbox& outbox);
  bool try_alternate(const StunMessage& response, base::Instant now, base::Outbox& outbox);
  bool take_challenge(const StunMessage& response);
  void keep_allocation(base::Instant now, base::Outbox& outbox);
  void begin(StunTransaction& transaction, base::Instant now);
  void send_allocation_request(base::Outbox& outbox) const;
  TurnReceived receive_response(const StunMessage& response, base::Instant now, base::Outbox& outbox);

  // turn_peers.cpp: permissions, channels, and what is carried.
  TurnReceived receive_data(const StunMessage& indication) const;
  TurnReceived receive_channel_data(Bytes message) const;
  bool receive_peer_response(const StunMessage& response, base::Instant now, base::Outbox& outbox);
  void note_permission(Permission& permission, const StunMessage& response, base::Instant now,
                       base::Outbox& outbox);
  void note_channel(Channel& channel, const StunMessage& response, base::Instant now, base::Outbox& outbox);
  void keep_permissions(base::Instant now, base::Outbox& outbox);
  void keep_channels(base::Instant now, base::Outbox& outbox);
  base::Instant peers_deadline() const;
  void send_permission_request(const Permission& permission, base::Outbox& outbox) const;
  void send_channel_request(const Channel& channel, base::Outbox& outbox) const;
  void want_channel(const SocketAddress& peer, base::Instant now);
  Permission* permission_for(const SocketAddress& peer);
  bool may_send_to(const SocketAddress& peer) const;

  TurnServer server_;
  base::Path path_;
  base::Random& random_;
  TurnState state_ = TurnState::idle;
  std::string realm_;
  std::string nonce_;
  std::optional<StunKey> key_;
  StunTransaction allocation_;  // Allocate, and once ready Refresh
  base::Instant refresh_at_ = base::kNever;
  base::Instant expires_at_ = base::kNever;
  std::uint8_t alternates_ = 0;
  std::uint16_t next_channel_ = 0x4000;
  SocketAddress relayed_;
  SocketAddress mapped_;
  std::vector<Permission> permissions_;
  std::vector<Channel> channels_;
  std::string why_;
};

}  // namespace kaskado::ice
