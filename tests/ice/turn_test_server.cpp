#include "turn_test_server.hpp"

#include "ice/channel_data.hpp"

namespace kaskado::ice::test {

namespace {

constexpr base::Duration kPermissionLife = std::chrono::seconds(300);  // RFC 8656 §9
constexpr std::string_view kRealm = "test";

std::uint32_t u32_of(const StunMessage& message, std::uint16_t attribute, std::uint32_t otherwise) {
  const Bytes value = message.find(attribute);
  return value.size() == 4 ? base::load_u32(value.data()) : otherwise;
}

}  // namespace

bool TurnTestServer::owns(const SocketAddress& address) const {
  if (address == address_) return true;
  for (const auto& [client, entry] : allocations_) {
    if (entry.second.relayed == address) return true;
  }
  return false;
}

std::vector<SocketAddress> TurnTestServer::relayed_addresses() const {
  std::vector<SocketAddress> addresses;
  for (const auto& [client, entry] : allocations_) addresses.push_back(entry.second.relayed);
  return addresses;
}

TurnTestServer::Allocation* TurnTestServer::allocation_of(const SocketAddress& client, base::Instant now) {
  const auto found = allocations_.find(client.text());
  if (found == allocations_.end()) return nullptr;
  if (found->second.second.expires > now) return &found->second.second;
  allocations_.erase(found);
  return nullptr;
}

std::vector<TurnTestServer::Datagram> TurnTestServer::receive(const SocketAddress& from,
                                                              const SocketAddress& to, Bytes bytes,
                                                              base::Instant now) {
  out_.clear();
  if (silent) return {};
  if (!(to == address_)) {
    for (auto& [client, entry] : allocations_) {
      if (entry.second.relayed == to) relay_to_client(entry.first, entry.second, from, bytes, now);
    }
    return std::move(out_);
  }
  if (const auto data = ChannelData::parse(bytes)) {
    ++channel_messages;
    Allocation* allocation = allocation_of(from, now);
    if (allocation && allocation->channels.contains(data->channel)) {
      relay_from_client(*allocation, allocation->channels[data->channel], data->payload, now);
    }
    return std::move(out_);
  }
  const auto message = StunMessage::parse(bytes);
  if (!message) return {};
  if (message->type == StunClass::indication && message->method == turn_method::kSend) {
    ++indications;
    if (Allocation* allocation = allocation_of(from, now)) {
      relay_from_client(*allocation, message->read_xor_address(turn_attribute::kXorPeerAddress),
                        message->find(turn_attribute::kData), now);
    }
  } else if (message->type == StunClass::request) {
    take_request(*message, from, now);
  }
  return std::move(out_);
}

bool TurnTestServer::take_request(const StunMessage& request, const SocketAddress& from, base::Instant now) {
  ++requests[request.method];
  if (request.method == kBindingMethod) {
    std::vector<std::uint8_t> buffer(256);
    StunWriter writer(buffer, StunClass::success, request.transaction);
    writer.xor_mapped_address(from);
    const Bytes written = writer.finish();
    out_.push_back({address_, from, {written.begin(), written.end()}});
    return true;
  }
  if (!authorize(request, from)) return false;
  if (forgets && request.method != turn_method::kAllocate) {
    refuse(request, from, turn_error::kAllocationMismatch);
    return false;
  }
  switch (request.method) {
    case turn_method::kAllocate:
      answer_allocate(request, from, now);
      break;
    case turn_method::kRefresh:
      answer_refresh(request, from, now);
      break;
    case turn_method::kCreatePermission:
      answer_permission(request, from, now);
      break;
    case turn_method::kChannelBind:
      answer_channel(request, from, now);
      break;
    default:
      refuse(request, from, stun_error::kBadRequest);
      break;
  }
  return true;
}

bool TurnTestServer::authorize(const StunMessage& request, const SocketAddress& from) {
  if (!request.has_integrity()) return refuse(request, from, stun_error::kUnauthenticated, false), false;
  if (request.nonce != "nonce-" + std::to_string(nonce_) || nonce_uses_++ >= requests_a_nonce) {
    if (request.nonce == "nonce-" + std::to_string(nonce_)) {
      ++nonce_;
      nonce_uses_ = 0;
    }
    return refuse(request, from, turn_error::kStaleNonce, false), false;
  }
  if (request.username != username_ || request.realm != kRealm || !request.verify(key())) {
    return refuse(request, from, stun_error::kUnauthenticated, false), false;
  }
  return true;
}

void TurnTestServer::answer_allocate(const StunMessage& request, const SocketAddress& from,
                                     base::Instant now) {
  if (refuse_allocations_with) return refuse(request, from, refuse_allocations_with);
  if (allocation_of(from, now)) return refuse(request, from, turn_error::kAllocationMismatch);
  if (u32_of(request, turn_attribute::kRequestedTransport, 0) >> 24 != kProtocolUdp)
    return refuse(request, from, stun_error::kBadRequest);
  Allocation made;
  made.relayed = address_.with_port(next_port_++);
  made.expires = now + lifetime;
  const SocketAddress relayed = made.relayed;
  allocations_[from.text()] = {from, std::move(made)};
  succeed(request, from, [&](StunWriter& writer) {
    writer.xor_address(turn_attribute::kXorRelayedAddress, relayed);
    writer.xor_mapped_address(from);
    std::uint8_t seconds[4];
    base::store_u32(seconds, static_cast<std::uint32_t>(lifetime / std::chrono::seconds(1)));
    writer.attribute(turn_attribute::kLifetime, seconds);
  });
}

void TurnTestServer::answer_refresh(const StunMessage& request, const SocketAddress& from,
                                    base::Instant now) {
  Allocation* allocation = allocation_of(from, now);
  if (!allocation) return refuse(request, from, turn_error::kAllocationMismatch);
  const bool ends = u32_of(request, turn_attribute::kLifetime, 600) == 0;
  allocation->expires = now + lifetime;
  if (ends) allocations_.erase(from.text());
  succeed(request, from, [&](StunWriter& writer) {
    std::uint8_t seconds[4];
    base::store_u32(seconds, ends ? 0 : static_cast<std::uint32_t>(lifetime / std::chrono::seconds(1)));
    writer.attribute(turn_attribute::kLifetime, seconds);
  });
}

void TurnTestServer::answer_permission(const StunMessage& request, const SocketAddress& from,
                                       base::Instant now) {
  Allocation* allocation = allocation_of(from, now);
  if (!allocation) return refuse(request, from, turn_error::kAllocationMismatch);
  const SocketAddress peer = request.read_xor_address(turn_attribute::kXorPeerAddress);
  if (!peer.is_set()) return refuse(request, from, stun_error::kBadRequest);
  if (forbidden.contains(peer.with_port(0))) return refuse(request, from, stun_error::kForbidden);
  allocation->permissions[peer.ip_text()] = now + kPermissionLife;
  succeed(request, from);
}

void TurnTestServer::answer_channel(const StunMessage& request, const SocketAddress& from,
                                    base::Instant now) {
  Allocation* allocation = allocation_of(from, now);
  if (!allocation) return refuse(request, from, turn_error::kAllocationMismatch);
  const SocketAddress peer = request.read_xor_address(turn_attribute::kXorPeerAddress);
  const auto number = static_cast<std::uint16_t>(u32_of(request, turn_attribute::kChannelNumber, 0) >> 16);
  if (!peer.is_set() || number < kFirstChannel || number > kLastChannel)
    return refuse(request, from, stun_error::kBadRequest);
  allocation->channels[number] = peer;
  allocation->permissions[peer.ip_text()] = now + kPermissionLife;
  succeed(request, from);
}

void TurnTestServer::succeed(const StunMessage& request, const SocketAddress& to,
                             const std::function<void(StunWriter&)>& write) {
  std::vector<std::uint8_t> buffer(512);
  StunWriter writer(buffer, StunClass::success, request.transaction, request.method);
  write(writer);
  const Bytes written = writer.finish(key());
  out_.push_back({address_, to, {written.begin(), written.end()}});
}

void TurnTestServer::refuse(const StunMessage& request, const SocketAddress& to, std::uint16_t code,
                            bool signs) {
  std::vector<std::uint8_t> buffer(512);
  StunWriter writer(buffer, StunClass::error, request.transaction, request.method);
  writer.error_code(code, "No");
  writer.text(StunAttribute::realm, kRealm);
  writer.text(StunAttribute::nonce, "nonce-" + std::to_string(nonce_));
  if (alternate.is_set() && code == turn_error::kTryAlternate)
    writer.address(StunAttribute::alternate_server, alternate);
  const Bytes written = signs ? writer.finish(key()) : writer.finish();
  out_.push_back({address_, to, {written.begin(), written.end()}});
}

void TurnTestServer::relay_from_client(Allocation& allocation, const SocketAddress& peer, Bytes payload,
                                       base::Instant now) {
  const auto permission = allocation.permissions.find(peer.ip_text());
  if (permission == allocation.permissions.end() || permission->second <= now) {
    ++refused_data;
    return;
  }
  out_.push_back({allocation.relayed, peer, {payload.begin(), payload.end()}});
}

void TurnTestServer::relay_to_client(const SocketAddress& client, const Allocation& allocation,
                                     const SocketAddress& peer, Bytes payload, base::Instant now) {
  const auto permission = allocation.permissions.find(peer.ip_text());
  if (permission == allocation.permissions.end() || permission->second <= now) {
    ++refused_data;
    return;
  }
  for (const auto& [number, bound] : allocation.channels) {
    if (!(bound == peer)) continue;
    std::vector<std::uint8_t> message(kChannelHeaderBytes);
    base::store_u16(message.data(), number);
    base::store_u16(message.data() + 2, static_cast<std::uint16_t>(payload.size()));
    message.insert(message.end(), payload.begin(), payload.end());
    out_.push_back({address_, client, std::move(message)});
    return;
  }
  std::vector<std::uint8_t> buffer(payload.size() + 128);
  StunWriter writer(buffer, StunClass::indication, TransactionId{1}, turn_method::kData);
  writer.xor_address(turn_attribute::kXorPeerAddress, peer);
  writer.attribute(turn_attribute::kData, payload);
  const Bytes written = writer.finish();
  out_.push_back({address_, client, {written.begin(), written.end()}});
}

}  // namespace kaskado::ice::test
