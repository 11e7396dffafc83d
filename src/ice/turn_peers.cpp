// Whom a TURN client's allocation carries for: permissions, channels, and the datagrams themselves.
#include <algorithm>
#include <cstring>

#include "ice/channel_data.hpp"
#include "ice/turn_client.hpp"
#include "ice/turn_request.hpp"
#include "ice/turn_wire.hpp"

namespace kaskado::ice {

using base::DropReason;
using base::kNever;
using base::Outbox;

namespace {

// RFC 8656 §9 and §12: a permission lasts 300 s, a channel 600 s. Both are renewed long before.
constexpr base::Duration kPermissionRenewal = std::chrono::seconds(240);
constexpr base::Duration kChannelRenewal = std::chrono::seconds(480);
// Where nothing was sent for so long, neither is renewed.
constexpr base::Duration kIdle = std::chrono::seconds(300);
constexpr std::uint8_t kMostRefusals = 3;
// After a refusal that is not about a nonce, or after silence.
constexpr base::Duration kRetry = std::chrono::seconds(15);

std::size_t padded(std::size_t length) {
  return (length + 3) & ~std::size_t{3};
}

// The header that makes a payload a Send indication (RFC 8656 §11.1); its length depends on the peer's
// family.
std::size_t indication_overhead(const SocketAddress& peer) {
  return kStunHeaderBytes + 4 + 4 + peer.ip_size() + 4;
}

}  // namespace

TurnClient::Permission* TurnClient::permission_for(const SocketAddress& peer) {
  const auto found = std::ranges::find(permissions_, peer.with_port(0), &Permission::ip);
  return found == permissions_.end() ? nullptr : &*found;
}

// The relayed address reaches its own family only, and a permission for what is no host's address is none.
bool TurnClient::may_send_to(const SocketAddress& peer) const {
  const bool same_family = !relayed_.is_set() || relayed_.is_v4() == peer.is_v4();
  return same_family && peer.is_set() && peer.port() != 0 && !peer.is_unspecified() && !peer.is_multicast() &&
         !peer.is_link_local();
}

void TurnClient::permit(const SocketAddress& peer, base::Instant now) {
  if (state_ == TurnState::failed || state_ == TurnState::closed || !may_send_to(peer)) return;
  if (Permission* known = permission_for(peer)) {
    known->used_at = now;
    return;
  }
  if (permissions_.size() == kMaxPermissions) {
    permissions_.erase(std::ranges::min_element(permissions_, {}, &Permission::used_at));
  }
  Permission& made = permissions_.emplace_back();
  made.ip = peer.with_port(0);
  made.used_at = now;
}

void TurnClient::want_channel(const SocketAddress& peer, base::Instant now) {
  if (const auto known = std::ranges::find(channels_, peer, &Channel::peer); known != channels_.end()) {
    known->wanted = known->wanted || (!known->request.outstanding && known->renew_at == kNever);
    return;
  }
  if (channels_.size() == kMaxChannels || next_channel_ > kLastChannel) return;
  Channel& made = channels_.emplace_back();
  made.peer = peer;
  made.number = next_channel_++;
  made.used_at = now;
}

std::size_t TurnClient::wrap(base::MutableBytes room, std::size_t length, const SocketAddress& peer,
                             base::Instant now) {
  if (state_ != TurnState::ready || length == 0 || !may_send_to(peer)) return 0;
  const auto channel = std::ranges::find(channels_, peer, &Channel::peer);
  if (channel != channels_.end()) channel->used_at = now;
  if (channel != channels_.end() && channel->bound) {
    if (length + kChannelOverheadBytes > room.size()) return 0;
    std::memmove(room.data() + kChannelOverheadBytes, room.data(), length);
    base::store_u16(room.data(), channel->number);
    base::store_u16(room.data() + 2, static_cast<std::uint16_t>(length));
    return length + kChannelOverheadBytes;
  }
  Permission* permission = permission_for(peer);
  if (!permission) return 0;
  permission->used_at = now;
  if (room[0] > 3) want_channel(peer, now);
  const std::size_t front = indication_overhead(peer);
  const std::size_t whole = front + padded(length);
  if (whole > room.size()) return 0;
  std::memmove(room.data() + front, room.data(), length);
  std::memset(room.data() + front + length, 0, whole - front - length);
  TransactionId id;
  random_.fill(id);
  StunWriter writer(room.first(front), StunClass::indication, id, turn_method::kSend);
  writer.xor_address(turn_attribute::kXorPeerAddress, peer);
  writer.open_data(turn_attribute::kData, length);
  return whole;
}

TurnReceived TurnClient::receive_channel_data(Bytes message) const {
  const auto data = ChannelData::parse(message);
  if (!data) return {.drop = DropReason::unknown_protocol};
  const auto channel = std::ranges::find(channels_, data->channel, &Channel::number);
  if (channel == channels_.end()) return {.drop = DropReason::unknown_peer};
  return {.peer = channel->peer, .payload = data->payload};
}

TurnReceived TurnClient::receive_data(const StunMessage& indication) const {
  if (indication.method != turn_method::kData) return {.drop = DropReason::unexpected_stun};
  const SocketAddress peer = indication.read_xor_address(turn_attribute::kXorPeerAddress);
  const Bytes data = indication.find(turn_attribute::kData);
  if (!peer.is_set() || data.data() == nullptr) return {.drop = DropReason::bad_stun};
  return {.peer = peer, .payload = data};
}

bool TurnClient::receive_peer_response(const StunMessage& response, base::Instant now, Outbox& outbox) {
  const auto answers = [&](const auto& entry) {
    return entry.request.outstanding && entry.request.id == response.transaction;
  };
  if (const auto found = std::ranges::find_if(permissions_, answers);
      found != permissions_.end() && response.method == turn_method::kCreatePermission) {
    note_permission(*found, response, now, outbox);
    return true;
  }
  if (const auto found = std::ranges::find_if(channels_, answers);
      found != channels_.end() && response.method == turn_method::kChannelBind) {
    note_channel(*found, response, now, outbox);
    return true;
  }
  return false;
}

void TurnClient::note_permission(Permission& permission, const StunMessage& response, base::Instant now,
                                 Outbox& outbox) {
  permission.request.end();
  if (response.type == StunClass::success) {
    permission.granted = true;
    permission.request.refusals = 0;
    permission.renew_at = now + kPermissionRenewal;
    return;
  }
  if (take_challenge(response) && ++permission.request.refusals <= kMostRefusals) {
    begin(permission.request, now);
    return send_permission_request(permission, outbox);
  }
  if (response.error_code == turn_error::kAllocationMismatch)
    return fail("the TURN server has lost the allocation");
  permission.granted = false;
  permission.renew_at = now + kRetry;
}

void TurnClient::note_channel(Channel& channel, const StunMessage& response, base::Instant now,
                              Outbox& outbox) {
  channel.request.end();
  if (response.type == StunClass::success) {
    channel.bound = true;
    channel.request.refusals = 0;
    channel.renew_at = now + kChannelRenewal;
    return;
  }
  if (take_challenge(response) && ++channel.request.refusals <= kMostRefusals) {
    begin(channel.request, now);
    return send_channel_request(channel, outbox);
  }
  if (response.error_code == turn_error::kAllocationMismatch)
    return fail("the TURN server has lost the allocation");
  channel.bound = false;
  channel.renew_at = now + kRetry;
}

void TurnClient::send_permission_request(const Permission& permission, Outbox& outbox) const {
  TurnRequest request(outbox, turn_method::kCreatePermission, permission.request.id);
  request.peer(permission.ip);
  request.send(path_, server_.username, realm_, nonce_, key_);
}

void TurnClient::send_channel_request(const Channel& channel, Outbox& outbox) const {
  TurnRequest request(outbox, turn_method::kChannelBind, channel.request.id);
  request.u32(turn_attribute::kChannelNumber, std::uint32_t{channel.number} << 16);
  request.peer(channel.peer);
  request.send(path_, server_.username, realm_, nonce_, key_);
}

void TurnClient::keep_permissions(base::Instant now, Outbox& outbox) {
  // What a channel carries needs the permission no less (RFC 8656 §12.2).
  for (const Channel& channel : channels_) {
    if (Permission* permission = permission_for(channel.peer)) {
      permission->used_at = std::max(permission->used_at, channel.used_at);
    }
  }
  std::erase_if(permissions_,
                [&](const Permission& p) { return p.renew_at <= now && p.used_at + kIdle <= now; });
  for (Permission& permission : permissions_) {
    if (permission.request.is_spent(now)) {
      permission.request.end();
      permission.renew_at = now + kRetry;
    } else if (permission.request.is_due(now)) {
      permission.request.note_sent_again(now);
      send_permission_request(permission, outbox);
    } else if (!permission.request.outstanding && (permission.wanted || permission.renew_at <= now)) {
      permission.wanted = false;
      permission.renew_at = kNever;
      begin(permission.request, now);
      send_permission_request(permission, outbox);
    }
  }
}

void TurnClient::keep_channels(base::Instant now, Outbox& outbox) {
  for (Channel& channel : channels_) {
    if (channel.request.is_spent(now)) {
      channel.request.end();
      channel.renew_at = now + kRetry;
    } else if (channel.request.is_due(now)) {
      channel.request.note_sent_again(now);
      send_channel_request(channel, outbox);
    } else if (!channel.request.outstanding && (channel.wanted || channel.renew_at <= now)) {
      const bool idle = !channel.wanted && channel.used_at + kIdle <= now;
      channel.wanted = false;
      channel.renew_at = kNever;
      if (idle) {
        // Bound anew by the next that is sent there, after the server has forgotten it too.
        channel.bound = false;
        continue;
      }
      begin(channel.request, now);
      send_channel_request(channel, outbox);
    }
  }
}

base::Instant TurnClient::peers_deadline() const {
  base::Instant next = kNever;
  const auto by = [&](const auto& entry) {
    const bool idle = !entry.request.outstanding;
    next = std::min(
        next, idle && entry.wanted ? base::Instant{} : std::min(entry.request.deadline(), entry.renew_at));
  };
  for (const Permission& permission : permissions_) by(permission);
  for (const Channel& channel : channels_) by(channel);
  return next;
}

}  // namespace kaskado::ice
