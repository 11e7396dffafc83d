// A STUN and TURN server of the tests' own, as a protocol machine: datagrams and time go in, datagrams come
// out. It does what RFC 8489 and RFC 8656 ask of one, and misbehaves where a test says so.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/time.hpp"
#include "ice/stun_writer.hpp"
#include "ice/turn_wire.hpp"

namespace kaskado::ice::test {

class TurnTestServer {
 public:
  struct Datagram {
    SocketAddress from;
    SocketAddress to;
    std::vector<std::uint8_t> bytes;
  };

  TurnTestServer(const SocketAddress& address, std::string username, std::string password)
      : address_(address), username_(std::move(username)), password_(std::move(password)) {}

  const SocketAddress& address() const { return address_; }
  // What a client or a peer has sent to an address of the server's; gives what the server sends for it.
  std::vector<Datagram> receive(const SocketAddress& from, const SocketAddress& to, Bytes bytes,
                                base::Instant now);
  // Whether an address is the server's own or one that it has given.
  bool owns(const SocketAddress& address) const;

  // How it misbehaves.
  std::uint16_t refuse_allocations_with = 0;
  SocketAddress alternate;  // with 300
  int requests_a_nonce = 1'000'000;
  base::Duration lifetime = std::chrono::seconds(600);
  std::set<SocketAddress, bool (*)(const SocketAddress&, const SocketAddress&)> forbidden{
      [](const SocketAddress& a, const SocketAddress& b) { return a.text() < b.text(); }};  // peers, port 0
  bool forgets = false;  // answers 437 to all that is about an allocation
  bool silent = false;

  // What it saw.
  std::map<std::uint16_t, int> requests;  // by method
  int indications = 0;
  int channel_messages = 0;
  int refused_data = 0;  // without a permission
  std::vector<SocketAddress> relayed_addresses() const;
  std::size_t allocations() const { return allocations_.size(); }

 private:
  struct Allocation {
    SocketAddress relayed;
    base::Instant expires{};
    std::map<std::string, base::Instant> permissions;  // by IP
    std::map<std::uint16_t, SocketAddress> channels;
  };

  bool take_request(const StunMessage& request, const SocketAddress& from, base::Instant now);
  bool authorize(const StunMessage& request, const SocketAddress& from);
  void answer_allocate(const StunMessage& request, const SocketAddress& from, base::Instant now);
  void answer_refresh(const StunMessage& request, const SocketAddress& from, base::Instant now);
  void answer_permission(const StunMessage& request, const SocketAddress& from, base::Instant now);
  void answer_channel(const StunMessage& request, const SocketAddress& from, base::Instant now);
  void succeed(
      const StunMessage& request, const SocketAddress& to,
      const std::function<void(StunWriter&)>& write = [](StunWriter&) {});
  void refuse(const StunMessage& request, const SocketAddress& to, std::uint16_t code, bool signs = true);
  void relay_from_client(Allocation& allocation, const SocketAddress& peer, Bytes payload, base::Instant now);
  void relay_to_client(const SocketAddress& client, const Allocation& allocation, const SocketAddress& peer,
                       Bytes payload, base::Instant now);
  Allocation* allocation_of(const SocketAddress& client, base::Instant now);
  StunKey key() const { return StunKey::long_term(username_, "test", password_); }

  const SocketAddress address_;
  const std::string username_;
  const std::string password_;
  int nonce_ = 1;
  int nonce_uses_ = 0;
  std::uint16_t next_port_ = 49'152;
  std::map<std::string, std::pair<SocketAddress, Allocation>> allocations_;  // by the client's address
  std::vector<Datagram> out_;
};

}  // namespace kaskado::ice::test
