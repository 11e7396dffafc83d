// The tests' own STUN and TURN server as a host of the virtual network.
#pragma once

#include <set>
#include <string>

#include "../ice/turn_test_server.hpp"
#include "virtual_network.hpp"

namespace kaskado::sim {

class SimTurnServer final : public Host {
 public:
  SimTurnServer(VirtualNetwork& network, const SocketAddress& address)
      : server(address, "user", "secret"), network_(network) {
    constexpr LinkShape kShape{.delay = 5ms};
    network_.join(*this, {address}, kShape, kShape);
  }
  ~SimTurnServer() override { network_.leave(*this); }

  std::string url() const { return "user:secret@" + server.address().text(); }
  bool is_own(const SocketAddress& address) const {
    return address == server.address() || relayed_.contains(address.port());
  }

  void receive(std::span<Datagram> batch, Instant now) override {
    for (const Datagram& datagram : batch) {
      for (const auto& sent : server.receive(datagram.from, datagram.to, datagram.bytes, now)) {
        adopt_new();
        network_.send(sent.from, sent.to, sent.bytes);
      }
    }
  }
  void advance(Instant) override {}
  Instant deadline() const override { return base::kNever; }

  ice::test::TurnTestServer server;

 private:
  // The addresses that it has given are its own.
  void adopt_new() {
    for (const SocketAddress& address : server.relayed_addresses()) {
      if (relayed_.insert(address.port()).second) network_.add_address(*this, address);
    }
  }

  VirtualNetwork& network_;
  std::set<std::uint16_t> relayed_;
};

}  // namespace kaskado::sim
