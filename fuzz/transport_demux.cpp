// The network of a shard with two WebRTC transports: the input is records of (operation, number, length,
// bytes). They put datagrams on any path, well-formed STUN with attributes of the fuzzer's choice and the
// right password among them, deliver, lose, double and change what whole peers send, let time pass, and play
// the signalling. What must hold stands in support/: transport_audit.hpp and transport_world.cpp.
#include <algorithm>

#include "fuzz/support/program.hpp"
#include "fuzz/support/transport_world.hpp"
#include "ice/stun_writer.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::fuzz;
using namespace std::chrono_literals;

enum Operation : std::uint8_t {
  raw_datagram,
  crafted_stun,
  deliver,
  change,
  lose,
  repeat,
  redirect,
  pass_time,
  run_undisturbed,
  describe,
  restart,
  remote_candidate,
  send_media,
  renew_far,
  renew,
  close_transport,
  operations
};

// Which attributes a crafted message starts with.
enum Field : std::uint8_t {
  username = 1,
  priority = 2,
  controlling = 4,
  controlled = 8,
  use_candidate = 16,
  mapped_address = 32,
  role_conflict = 64,
  forbidden = 128
};

ice::StunKey key_of(const Pairing& pairing, bool is_request) {
  const ice::Credentials& signer = is_request ? pairing.ours->local_credentials() : pairing.far_credentials;
  return ice::StunKey::short_term(signer.password);
}

void write_fields(ice::StunWriter& writer, std::uint8_t fields, const Pairing& pairing,
                  const base::Path& path) {
  if (fields & username)
    writer.username(pairing.ours->local_credentials().ufrag, pairing.far_credentials.ufrag);
  if (fields & priority) writer.priority(100'000'000u + path.remote.port());
  if (fields & controlling) writer.ice_controlling(std::uint64_t{1} << 63);
  if (fields & controlled) writer.ice_controlled(std::uint64_t{1} << 63);
  if (fields & use_candidate) writer.use_candidate();
  if (fields & mapped_address) writer.xor_mapped_address(our_address(path.port_index));
  if (fields & role_conflict) writer.error_code(ice::stun_error::kRoleConflict, "");
  if (fields & forbidden) writer.error_code(ice::stun_error::kForbidden, "");
}

// Two bytes for what it is, one for its fields, one for its transaction, and attributes (type, length,
// value). An answer belongs to the check that we sent on the path last.
Octets craft(const Pairing& pairing, const base::Path& path, base::ByteReader& program) {
  const std::uint8_t kind = program.u8();
  const std::uint8_t fields = program.u8();
  const auto type = static_cast<ice::StunClass>(kind >> 1 & 3);
  const bool is_request = type == ice::StunClass::request;
  ice::TransactionId transaction{};
  transaction[3] = program.u8();
  if (const auto asked = pairing.audit->last_check(path); asked && !is_request) transaction = *asked;
  Octets memory(base::kMaxDatagramBytes);
  ice::StunWriter writer(memory, type, transaction);
  write_fields(writer, fields, pairing, path);
  while (program.remaining() >= 3) {
    const std::uint16_t attribute = program.u16();
    writer.attribute(attribute, program.take(std::min<std::size_t>(program.u8(), program.remaining())));
  }
  base::Bytes written;
  switch (kind >> 3 & 3) {
    case 2:
      written = writer.finish(ice::StunKey::short_term("a guess"));
      break;
    case 3:
      written = writer.finish();
      break;
    default:
      written = writer.finish(key_of(pairing, is_request));
      break;
  }
  return {written.begin(), written.end()};
}

Octets changed(Octets datagram, base::ByteReader& program) {
  while (program.remaining() >= 3 && !datagram.empty()) {
    const std::size_t at = program.u16() % datagram.size();
    datagram[at] ^= program.u8();
  }
  if (program.remaining() == 1) datagram.resize(datagram.size() * program.u8() / 256);
  return datagram;
}

void play_signalling(TransportWorld& world, std::uint8_t operation, std::uint8_t number, base::Bytes bytes) {
  const PeerId id = number % kPeers;
  switch (operation) {
    case describe:
      world.describe(id, number & 2, number & 4);
      break;
    case restart:
      world.restart(id, number & 2, number & 4);
      break;
    case remote_candidate: {
      const auto candidate = ice::Candidate::parse(base::as_text(bytes));
      world.add_remote_candidate(id, candidate.ok() ? *candidate : host_candidate(path_of(number).remote));
      break;
    }
    case renew_far:
      world.renew_far(id);
      break;
    case renew:
      world.renew(id);
      break;
    case close_transport:
      world.close(id);
      break;
  }
}

void play_network(TransportWorld& world, std::uint8_t operation, std::uint8_t number, base::Bytes bytes) {
  const PeerId id = number % kPeers;
  const bool to_far = number & 2;
  base::ByteReader program(bytes);
  switch (operation) {
    case raw_datagram:
      world.receive(path_of(number), bytes);
      break;
    case crafted_stun: {
      const Pairing& pairing = world.pairing(program.u8() % kPeers);
      world.receive(path_of(number), craft(pairing, path_of(number), program));
      break;
    }
    case deliver:
      for (int i = number >> 4; i >= 0; --i) {
        if (const auto next = world.take_next(id, to_far)) world.deliver(id, to_far, *next);
      }
      break;
    case change:
      if (auto next = world.take_next(id, to_far))
        world.deliver(id, to_far, changed(std::move(*next), program));
      break;
    case lose:
      world.take_next(id, to_far);
      break;
    case repeat:
      if (const auto next = world.take_next(id, to_far)) {
        for (int i = 0; i < 2; ++i) world.deliver(id, to_far, *next);
      }
      break;
    case redirect:  // as if the peer's address had changed
      if (const auto next = world.take_next(id, false)) world.receive(path_of(program.u8()), *next);
      break;
    case pass_time:
      world.pass(program.u8() * 1s + number * 5ms);
      break;
    case run_undisturbed:
      world.run_undisturbed((number + 1) * 10ms);
      break;
    case send_media:
      world.send_media(id, to_far, number & 4, bytes);
      break;
    default:
      play_signalling(world, operation, number, bytes);
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  certificate();
  seeded() = base::SeededRandom(1);
  TransportWorld world;
  play_program({data, size}, operations, 400,
               [&](std::uint8_t operation, std::uint8_t number, base::Bytes bytes) {
                 play_network(world, operation, number, bytes);
               });
  return 0;
}
