// Any bytes as a STUN message: to the parser, and to an agent that is connected and one that is not. What the
// parser takes must come out of the writer and the parser the same.
#include <algorithm>
#include <vector>

#include "fuzz/support/require.hpp"
#include "ice/ice_agent.hpp"

using namespace kaskado;
using namespace kaskado::ice;
using fuzz::require;

namespace {

const Credentials kOurs{"ours", "the password of our side"};
const Credentials kTheirs{"them", "the password of their side"};
const base::Path kPath{0, *base::SocketAddress::parse("192.0.2.2", 2)};

void check_round_trip(const StunMessage& message) {
  std::vector<std::uint8_t> buffer(2048);
  StunWriter writer(buffer, message.type, message.transaction, message.method);
  if (!message.username.empty()) writer.text(StunAttribute::username, message.username);
  if (message.priority) writer.priority(*message.priority);
  if (message.ice_controlling) writer.ice_controlling(*message.ice_controlling);
  if (message.ice_controlled) writer.ice_controlled(*message.ice_controlled);
  if (message.use_candidate) writer.use_candidate();
  if (message.xor_mapped_address.is_set()) writer.xor_mapped_address(message.xor_mapped_address);
  if (message.error_code) writer.error_code(message.error_code, message.error_reason);
  const StunKey key = StunKey::short_term(kOurs.password);
  const Bytes written = writer.finish(key);
  require(!written.empty());
  const auto again = StunMessage::parse(written);
  require(again.ok() && again->verify(key) && again->has_fingerprint);
  require(again->type == message.type && again->method == message.method);
  require(again->username == message.username && again->priority == message.priority);
  require(again->ice_controlling == message.ice_controlling && again->use_candidate == message.use_candidate);
  require(again->xor_mapped_address == message.xor_mapped_address);
  require(again->error_code == message.error_code && again->error_reason == message.error_reason);
}

// The message's attributes again, with a password that is right, so that the fuzzer gets past the integrity.
std::vector<std::uint8_t> sign(Bytes datagram, const Credentials& credentials) {
  std::vector<std::uint8_t> buffer(datagram.size() + 64);
  TransactionId transaction;
  std::copy_n(datagram.begin() + 8, transaction.size(), transaction.begin());
  StunWriter writer(buffer, (datagram[0] & 1) ? StunClass::success : StunClass::request, transaction);
  base::ByteReader reader(datagram.subspan(kStunHeaderBytes));
  while (reader.remaining() >= 4) {
    const std::uint16_t type = reader.u16();
    const std::uint16_t length = reader.u16();
    const Bytes value = reader.take(length);
    reader.skip((4 - length % 4) % 4);
    if (!reader.ok()) break;
    if (type != 0x0008 && type != 0x8028) writer.attribute(type, value);
  }
  const Bytes written = writer.finish(StunKey::short_term(credentials.password));
  return {written.begin(), written.end()};
}

void drive_agent(Bytes datagram) {
  base::SeededRandom random(datagram.size());
  IceConfig config;
  config.local = kOurs;
  config.lite = datagram.size() % 8 == 4;
  config.role = datagram.size() % 3 ? IceRole::controlled : IceRole::controlling;
  IceAgent agent(config, random);
  base::Outbox outbox(16);
  base::Instant now{std::chrono::seconds(1)};
  agent.add_local_candidate(*Candidate::parse("candidate:1 1 udp 100 192.0.2.1 1 typ host"), 0, now);
  agent.receive(datagram, kPath, now, outbox);
  agent.set_remote_credentials(kTheirs, now);
  agent.add_remote_candidate(*Candidate::parse("candidate:1 1 udp 100 192.0.2.2 2 typ host"), now);
  if (datagram.size() >= kStunHeaderBytes) {
    const auto request = sign(datagram, kOurs);
    agent.receive(request, kPath, now, outbox);
    for (const base::Egress& egress : outbox.pending()) {
      const auto sent = StunMessage::parse(outbox.bytes(egress));
      require(sent.ok());
      if (sent->type == StunClass::request) continue;
      require(egress.length <= std::max(datagram.size(), request.size()));
    }
    agent.receive(sign(datagram, kTheirs), kPath, now, outbox);
  }
  for (int i = 0; i < 20 && agent.deadline() != base::kNever; ++i) {
    now = std::max(now, agent.deadline());
    outbox.clear();
    agent.advance(now, outbox);
    require(agent.deadline() > now);  // or its owner's timer would spin
    agent.receive(datagram, kPath, now, outbox);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes datagram{data, size};
  const auto username = peek_username(datagram);
  if (const auto message = StunMessage::parse(datagram); message.ok()) {
    require(message->username.empty() || (username && receiver_ufrag(*username).size() <= username->size()));
    message->verify(StunKey::short_term(kOurs.password));
    message->find(0x8022);
    check_round_trip(*message);
  }
  if (size <= base::kMaxDatagramBytes) drive_agent(datagram);
  return 0;
}
