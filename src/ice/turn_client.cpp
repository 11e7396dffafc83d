#include "ice/turn_client.hpp"

#include <algorithm>

#include "ice/channel_data.hpp"
#include "ice/turn_request.hpp"
#include "ice/turn_wire.hpp"

namespace kaskado::ice {

using base::DropReason;
using base::kNever;
using base::Outbox;

namespace {

constexpr std::uint8_t kMostRefusals = 3;                               // of one request, for its nonce
constexpr base::Duration kDefaultLifetime = std::chrono::seconds(600);  // RFC 8656 §3.2
constexpr base::Duration kMostLifetime = std::chrono::hours(1);
// Before the end: what a request may take with all its transmissions.
constexpr base::Duration kAhead = std::chrono::seconds(60);

base::Duration lifetime_of(const StunMessage& response) {
  const Bytes value = response.find(turn_attribute::kLifetime);
  if (value.size() != 4) return kDefaultLifetime;
  return std::clamp<base::Duration>(std::chrono::seconds(base::load_u32(value.data())),
                                    std::chrono::seconds(1), kMostLifetime);
}

base::Duration renewal_of(base::Duration lifetime) {
  return lifetime > 2 * kAhead ? lifetime - kAhead : lifetime / 2;
}

std::string refusal(const StunMessage& response) {
  std::string text = "the TURN server answers " + std::to_string(response.error_code);
  const std::string_view reason = response.error_reason.substr(0, 64);
  const bool printable = std::ranges::all_of(reason, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (printable && !reason.empty()) text.append(" ").append(reason);
  return text;
}

}  // namespace

TurnClient::TurnClient(TurnServer server, std::uint16_t port_index, base::Random& random)
    : server_(std::move(server)), path_{port_index, server_.address}, random_(random) {}

void TurnClient::begin(StunTransaction& transaction, base::Instant now) {
  TransactionId id;
  random_.fill(id);
  transaction.begin(id, reliable(), now);
}

void TurnClient::start(base::Instant now, Outbox& outbox) {
  if (state_ != TurnState::idle) return;
  state_ = TurnState::allocating;
  begin(allocation_, now);
  send_allocation_request(outbox);
}

void TurnClient::fail(std::string why) {
  if (state_ == TurnState::failed || state_ == TurnState::closed) return;
  state_ = TurnState::failed;
  why_ = std::move(why);
  relayed_ = {};
  allocation_.end();
  refresh_at_ = expires_at_ = kNever;
  permissions_.clear();
  channels_.clear();
}

// RFC 8656 §7.1, §8.1.
void TurnClient::send_allocation_request(Outbox& outbox) const {
  const bool allocates = state_ == TurnState::allocating;
  TurnRequest request(outbox, allocates ? turn_method::kAllocate : turn_method::kRefresh, allocation_.id);
  if (allocates) request.u32(turn_attribute::kRequestedTransport, std::uint32_t{kProtocolUdp} << 24);
  if (state_ == TurnState::closed) request.u32(turn_attribute::kLifetime, 0);
  request.send(path_, server_.username, realm_, nonce_, key_);
}

void TurnClient::close(base::Instant now, Outbox& outbox) {
  const bool stands = state_ == TurnState::ready;
  if (state_ == TurnState::failed) return;
  state_ = TurnState::closed;
  if (stands) {
    begin(allocation_, now);
    send_allocation_request(outbox);
  }
  allocation_.end();
  refresh_at_ = expires_at_ = kNever;
  permissions_.clear();
  channels_.clear();
}

TurnReceived TurnClient::receive(Bytes datagram, base::Instant now, Outbox& outbox) {
  if (state_ == TurnState::idle || state_ == TurnState::failed || state_ == TurnState::closed) {
    return {.drop = DropReason::unexpected_stun};
  }
  if (!is_stun(datagram)) return receive_channel_data(datagram);
  const auto message = StunMessage::parse(datagram);
  if (!message) return {.drop = message.error()};
  if (message->type == StunClass::indication) return receive_data(*message);
  if (message->type == StunClass::request) return {.drop = DropReason::unexpected_stun};
  return receive_response(*message, now, outbox);
}

// RFC 8489 §9.2.5: what answers a signed request is signed, but for the refusals that a server may not be
// able to sign.
TurnReceived TurnClient::receive_response(const StunMessage& response, base::Instant now, Outbox& outbox) {
  if (response.type == StunClass::success || response.has_integrity()) {
    if (key_ && !response.verify(*key_)) return {.drop = DropReason::bad_stun_integrity};
  }
  if (!allocation_.outstanding || response.transaction != allocation_.id) {
    const TurnState before = state_;
    if (!receive_peer_response(response, now, outbox)) return {.drop = DropReason::unexpected_stun};
    return {.state_changed = state_ != before};
  }
  const std::uint16_t method =
      state_ == TurnState::allocating ? turn_method::kAllocate : turn_method::kRefresh;
  if (response.method != method) return {.drop = DropReason::unexpected_stun};
  const TurnState before = state_;
  if (response.type == StunClass::error) {
    refuse_allocation(response, now, outbox);
  } else if (state_ == TurnState::allocating) {
    note_allocated(response, now);
  } else {
    note_refreshed(response, now);
  }
  return {.state_changed = state_ != before};
}

void TurnClient::note_allocated(const StunMessage& response, base::Instant now) {
  relayed_ = response.read_xor_address(turn_attribute::kXorRelayedAddress);
  mapped_ = response.reflexive_address();
  const bool usable =
      relayed_.is_set() && relayed_.port() != 0 && !relayed_.is_unspecified() && !relayed_.is_multicast();
  if (!usable) return fail("the TURN server gives no usable address");
  state_ = TurnState::ready;
  note_refreshed(response, now);
}

void TurnClient::note_refreshed(const StunMessage& response, base::Instant now) {
  allocation_.end();
  allocation_.refusals = 0;
  const base::Duration lifetime = lifetime_of(response);
  refresh_at_ = now + renewal_of(lifetime);
  expires_at_ = now + lifetime;
}

void TurnClient::refuse_allocation(const StunMessage& response, base::Instant now, Outbox& outbox) {
  if (take_challenge(response) && ++allocation_.refusals <= kMostRefusals) {
    begin(allocation_, now);
    return send_allocation_request(outbox);
  }
  if (try_alternate(response, now, outbox)) return;
  fail(refusal(response));
}

// RFC 8489 §9.2.5. A 401 to a request that was signed says that user or password are wrong.
bool TurnClient::take_challenge(const StunMessage& response) {
  const bool stale = response.error_code == turn_error::kStaleNonce;
  const bool asked = response.error_code == stun_error::kUnauthenticated && !key_;
  if ((!stale && !asked) || response.nonce.empty()) return false;
  if (asked && response.realm.empty()) return false;
  nonce_ = response.nonce;
  if (!response.realm.empty() && (!key_ || response.realm != realm_)) {
    realm_ = response.realm;
    key_ = StunKey::long_term(server_.username, realm_, server_.password);
  }
  return key_.has_value();
}

// RFC 8489 §10. The other server has other nonces.
bool TurnClient::try_alternate(const StunMessage& response, base::Instant now, Outbox& outbox) {
  if (response.error_code != turn_error::kTryAlternate || state_ != TurnState::allocating) return false;
  const SocketAddress other =
      response.read_address(static_cast<std::uint16_t>(StunAttribute::alternate_server));
  const bool usable = other.is_set() && other.port() != 0 && !other.is_unspecified() &&
                      !other.is_multicast() && other.is_v4() == path_.remote.is_v4() &&
                      !(other == path_.remote);
  if (!usable || alternates_++ == kMaxAlternates) return false;
  server_.address = path_.remote = other;
  key_.reset();
  allocation_.refusals = 0;
  begin(allocation_, now);
  send_allocation_request(outbox);
  return true;
}

bool TurnClient::advance(base::Instant now, Outbox& outbox) {
  const TurnState before = state_;
  if (state_ == TurnState::allocating || state_ == TurnState::ready) keep_allocation(now, outbox);
  if (state_ == TurnState::ready) {
    keep_permissions(now, outbox);
    keep_channels(now, outbox);
  }
  return state_ != before;
}

void TurnClient::keep_allocation(base::Instant now, Outbox& outbox) {
  if (now >= expires_at_) return fail("the TURN server's allocation ran out");
  if (allocation_.is_spent(now)) {
    allocation_.end();
    if (state_ == TurnState::allocating) return fail("the TURN server does not answer");
    refresh_at_ = now;  // until the allocation is known to be over
  }
  if (allocation_.is_due(now)) {
    allocation_.note_sent_again(now);
    return send_allocation_request(outbox);
  }
  if (now < refresh_at_ || allocation_.outstanding) return;
  refresh_at_ = kNever;
  begin(allocation_, now);
  send_allocation_request(outbox);
}

base::Instant TurnClient::deadline() const {
  if (state_ != TurnState::allocating && state_ != TurnState::ready) return kNever;
  const base::Instant own = std::min({allocation_.deadline(), refresh_at_, expires_at_});
  return state_ == TurnState::ready ? std::min(own, peers_deadline()) : own;
}

}  // namespace kaskado::ice
