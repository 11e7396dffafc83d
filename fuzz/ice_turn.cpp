// Any bytes as what a TURN server sends: to a client that allocates and to one that is ready, as they are and
// signed by the server. Whatever comes, the client names no peer but one that the bytes name, and time goes
// on.
#include <algorithm>
#include <vector>

#include "fuzz/support/require.hpp"
#include "ice/channel_data.hpp"
#include "ice/stun_writer.hpp"
#include "ice/turn_client.hpp"
#include "ice/turn_wire.hpp"

using namespace kaskado;
using namespace kaskado::ice;
using fuzz::require;

namespace {

const SocketAddress kServer = *SocketAddress::parse("198.51.100.1", 3478);
const SocketAddress kPeer = *SocketAddress::parse("203.0.113.1", 5000);
const StunKey kKey = StunKey::long_term("user", "realm", "password");

struct World {
  base::SeededRandom random{1};
  base::Outbox outbox{32};
  base::Instant now{std::chrono::seconds(1)};
  TurnClient client{TurnServer{kServer, TurnTransport::udp, "user", "password"}, 0, random};

  TransactionId last_request() {
    const auto sent = StunMessage::parse(std::as_const(outbox).bytes(outbox.pending().back()));
    require(sent.ok());
    outbox.clear();
    return sent->transaction;
  }
  void give(Bytes datagram) {
    const TurnReceived received = client.receive(datagram, now, outbox);
    if (!received.peer.is_set()) return;
    require(received.payload.size() <= datagram.size());
    if (!received.payload.empty()) {
      require(received.payload.data() >= datagram.data() &&
              received.payload.data() + received.payload.size() <= datagram.data() + datagram.size());
    }
  }
  void go_on() {
    for (int i = 0; i < 20 && client.deadline() != base::kNever; ++i) {
      now = std::max(now, client.deadline());
      outbox.clear();
      client.advance(now, outbox);
      require(client.deadline() > now);
    }
    outbox.clear();
  }
  void allocate() {
    client.start(now, outbox);
    std::vector<std::uint8_t> buffer(512);
    StunWriter challenge(buffer, StunClass::error, last_request(), turn_method::kAllocate);
    challenge.error_code(stun_error::kUnauthenticated, "");
    challenge.text(StunAttribute::realm, "realm");
    challenge.text(StunAttribute::nonce, "nonce");
    give(challenge.finish());
    StunWriter success(buffer, StunClass::success, last_request(), turn_method::kAllocate);
    success.xor_address(turn_attribute::kXorRelayedAddress, kServer.with_port(50'000));
    give(success.finish(kKey));
    require(client.state() == TurnState::ready);
    client.permit(kPeer, now);
    std::vector<std::uint8_t> room(200, 0x80);
    require(client.wrap(room, 20, kPeer, now) > 20);  // and wants a channel
    client.advance(now, outbox);
  }
};

// The bytes' attributes in an answer to the last request, signed.
std::vector<std::uint8_t> answer(Bytes bytes, const TransactionId& transaction, std::uint16_t method) {
  std::vector<std::uint8_t> buffer(bytes.size() + 128);
  StunWriter writer(buffer, bytes.size() % 2 ? StunClass::success : StunClass::error, transaction, method);
  base::ByteReader reader(bytes);
  while (reader.remaining() >= 4) {
    const std::uint16_t type = reader.u16();
    const Bytes value = reader.take(reader.u16() % 64);
    if (!reader.ok()) break;
    if (type != 0x0008 && type != 0x8028) writer.attribute(type, value);
  }
  const Bytes written = writer.finish(kKey);
  return {written.begin(), written.end()};
}

void wrap(World& world, Bytes payload) {
  std::vector<std::uint8_t> room(base::Outbox::kSlotBytes);
  const std::size_t length = std::min(payload.size(), room.size());
  std::copy_n(payload.begin(), length, room.begin());
  const std::size_t whole = world.client.wrap(room, length, kPeer, world.now);
  require(whole <= room.size());
  if (whole == 0) return;
  const Bytes message = Bytes(room).first(whole);
  if (const auto data = ChannelData::parse(message)) {
    require(std::ranges::equal(data->payload, payload.first(length)));
    return;
  }
  const auto sent = StunMessage::parse(message);
  require(sent.ok() && sent->method == turn_method::kSend);
  require(sent->read_xor_address(turn_attribute::kXorPeerAddress) == kPeer);
  require(std::ranges::equal(sent->find(turn_attribute::kData), payload.first(length)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > base::kMaxDatagramBytes) return 0;
  const Bytes bytes{data, size};
  World allocating;
  allocating.client.start(allocating.now, allocating.outbox);
  allocating.give(bytes);
  allocating.go_on();

  World ready;
  ready.allocate();
  constexpr std::uint16_t kMethods[] = {turn_method::kCreatePermission, turn_method::kChannelBind,
                                        turn_method::kRefresh};
  const std::uint16_t method = kMethods[data[0] % 3];
  TransactionId transaction{};
  for (const base::Egress& egress : ready.outbox.pending()) {
    const auto sent = StunMessage::parse(std::as_const(ready.outbox).bytes(egress));
    if (sent.ok() && sent->method == method) transaction = sent->transaction;
  }
  ready.outbox.clear();
  ready.give(bytes);
  wrap(ready, bytes);
  ready.give(answer(bytes.subspan(1), transaction, method));
  ready.go_on();
  wrap(ready, bytes);
  return 0;
}
