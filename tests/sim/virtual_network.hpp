// A network of hosts on virtual time: seeded loss, delay, jitter, duplication, queues, outages, and a NAT
// that changes its mind. Nothing in it depends on a real clock, nor on what is inside of a datagram, save its
// kind.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/deadline_queue.hpp"
#include "base/random.hpp"
#include "base/socket_address.hpp"
#include "base/time.hpp"
#include "transport/datagram_kind.hpp"

namespace kaskado::sim {

using base::Duration;
using base::Instant;
using base::SocketAddress;
using namespace std::chrono_literals;

struct Datagram {
  SocketAddress from;  // as the receiver sees it
  SocketAddress to;
  std::vector<std::uint8_t> bytes;
  transport::DatagramKind kind() const { return transport::kind_of(bytes); }
};

// One direction of a host's access to the network. The network between is perfect.
struct LinkShape {
  double loss = 0;  // of 1, as is duplication
  double duplication = 0;
  Duration delay = 20ms;
  Duration jitter = 0ms;       // added to each datagram by itself, so that they overtake each other
  std::uint64_t rate_bps = 0;  // 0: any
  Duration queue = 200ms;      // what waits longer for the rate is lost
};

// What a test does to one datagram, apart from what its way does.
struct Treatment {
  bool lose = false;
  Duration hold = 0ms;  // later by this
  int copies = 0;       // further ones, one millisecond apart
};

// When the first copy arrives; nothing where the datagram is lost.
using Fate = std::optional<Instant>;

class Host {
 public:
  virtual ~Host() = default;
  // What arrives at one moment.
  virtual void receive(std::span<Datagram> batch, Instant now) = 0;
  virtual void advance(Instant now) = 0;
  virtual Instant deadline() const = 0;
  // Told when somebody sends to this host, lost datagrams too: what only a test can know.
  virtual void overhear(const Datagram&, Instant /*now*/, const Fate&) {}
};

class VirtualNetwork {
 public:
  explicit VirtualNetwork(std::uint64_t seed);

  // `host` outlives the network or leaves it; its addresses are where it sends from and receives at.
  void join(Host& host, const std::vector<SocketAddress>& addresses, const LinkShape& up,
            const LinkShape& down);
  void leave(Host& host);
  // A host that has joined opens and closes a port.
  void add_address(Host& host, const SocketAddress& address);
  void remove_address(const SocketAddress& address) { by_address_.erase(address); }
  void shape(Host& host, const LinkShape& up, const LinkShape& down);
  // Nothing that is sent to or by the host in [from, until) arrives.
  void cut(Host& host, Instant from, Instant until);
  // From now on the host's datagrams seem to come from `outside`; what goes to where it was seen before is
  // lost.
  void rebind(const SocketAddress& inside, const SocketAddress& outside);
  // Asked about each datagram that is sent.
  std::function<Treatment(const Datagram&)> treat;

  Fate send(const SocketAddress& from, const SocketAddress& to, base::Bytes bytes);
  void at(Instant when, std::function<void()> what);

  Instant now() const { return now_; }
  // Lets time pass.
  void run_for(Duration span) { run_until(now_ + span); }
  void run_until(Instant end) {
    run_until(end, [] { return false; });
  }
  // True as soon as `done` is; it is asked after each event.
  bool run_until(Instant end, const std::function<bool()>& done);
  // How often any host was told that its deadline has come.
  std::uint64_t wake_ups() const { return wake_ups_; }

 private:
  struct Direction {
    LinkShape shape;
    Instant busy_until{};
    // DTLS draws from a source of its own: how many datagrams a handshake takes must not decide which packet
    // of media gets lost.
    base::SeededRandom random{0};
    base::SeededRandom dtls_random{0};
  };
  struct Access {
    Host* host;
    std::uint32_t id;
    Direction up;
    Direction down;
    std::vector<std::pair<Instant, Instant>> cuts;
    bool is_cut(Instant when) const;
  };
  struct Arrival {
    Access* access;
    Datagram datagram;
  };
  using Event = std::pair<Arrival, std::function<void()>>;

  // How much later it comes out of this direction, or nothing where it is lost in it.
  std::optional<Duration> pass(Direction& direction, const Datagram& datagram, Duration so_far);
  bool duplicates(Direction& direction, const Datagram& datagram);
  Fate send_copy(Access& from, Access& to, const Datagram& datagram, Duration hold);
  Access* owner_of(const SocketAddress& outside);
  // Who is meant, though he may not be reached there any more.
  Access* meant_by(const SocketAddress& to);
  void handle_events();
  void wake_hosts();
  void refresh(const Access& access) { deadlines_.set(access.id, access.host->deadline()); }
  void refresh_all();
  void set_now(Instant now);

  base::SeededRandom random_;
  Instant now_{1000s};
  std::vector<std::unique_ptr<Access>> accesses_;          // by id
  std::unordered_map<SocketAddress, Access*> by_address_;  // of the host itself
  std::unordered_map<SocketAddress, SocketAddress> outside_;
  std::unordered_map<SocketAddress, SocketAddress> inside_;
  std::unordered_map<SocketAddress, Access*> former_;  // by outside address
  std::multimap<Instant, Event> events_;
  base::DeadlineQueue deadlines_;
  std::uint64_t wake_ups_ = 0;
  int at_this_instant_ = 0;
};

}  // namespace kaskado::sim
