// A network of ICE agents on virtual time: seeded loss, delay, reordering and duplication, and what is
// between the hosts (filters, NATs) as functions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ice/ice_agent.hpp"

namespace kaskado::ice::test {

using base::Path;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline SocketAddress address(const char* ip, std::uint16_t port) {
  return SocketAddress::parse(ip, port).value();
}

Candidate host_candidate(const SocketAddress& address, std::uint16_t local_preference = 65535);

// A host with one agent and one socket for each local address; the index of the address is the port_index.
struct Host {
  std::string name;
  std::vector<SocketAddress> addresses;
  Credentials credentials;
  std::unique_ptr<IceAgent> agent;
  std::vector<IceState> states;  // every state after the first
  int selected_changes = 0;
  std::uint64_t advances = 0;
  std::uint64_t sent = 0;
  std::uint64_t sent_bytes = 0;
  std::map<base::DropReason, int> drops;

  Candidate candidate(std::size_t port = 0) const {
    return host_candidate(addresses[port], static_cast<std::uint16_t>(65535 - port));
  }
};

struct Datagram {
  SocketAddress from;
  SocketAddress to;
  std::vector<std::uint8_t> bytes;
};

class VirtualNetwork {
 public:
  explicit VirtualNetwork(std::uint64_t seed) : random_(seed) {}

  double loss = 0;
  double duplication = 0;
  base::Duration min_delay = milliseconds(5);
  base::Duration max_delay = milliseconds(5);
  // Changes a datagram in flight, or drops it by giving false. Sees it before the random losses.
  std::function<bool(Datagram&)> wire;

  Host& add_host(const char* name, IceConfig config, std::vector<SocketAddress> addresses);
  // Gives each the other's credentials and candidates, and the end of them.
  void introduce(Host& a, Host& b, bool a_is_lite = false, bool b_is_lite = false);
  void signal_credentials(Host& from, Host& to, bool from_is_lite = false);

  // Lets time pass until `until` or until `done` is true; says whether it became true.
  bool run(
      base::Duration how_long, const std::function<bool()>& done = [] { return false; });
  void at(base::Duration after, std::function<void()> what);
  void send(Datagram datagram);

  base::Instant now() const { return now_; }
  base::Random& random() { return random_; }
  std::uint64_t delivered() const { return delivered_; }

 private:
  void deliver(const Datagram& datagram);
  void flush(Host& host);
  void note(Host& host, const IceOutcome& outcome);
  base::Instant next_deadline() const;

  base::SeededRandom random_;
  base::Instant now_{seconds(1000)};
  std::uint64_t delivered_ = 0;
  base::Outbox outbox_{256};
  std::vector<std::unique_ptr<Host>> hosts_;
  std::multimap<base::Instant, std::function<void()>> events_;
};

// Two hosts of one address each, controlling and controlled unless said otherwise.
struct Duo {
  explicit Duo(std::uint64_t seed, IceRole left_role = IceRole::controlling,
               IceRole right_role = IceRole::controlled, bool left_lite = false);
  bool connect(base::Duration within = seconds(60));
  bool both(IceState state) const { return left.agent->state() == state && right.agent->state() == state; }
  // Both send on the same pair of addresses.
  bool agree() const;

  VirtualNetwork network;
  Host& left;
  Host& right;
};

}  // namespace kaskado::ice::test
