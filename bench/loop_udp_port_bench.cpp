// Datagrams through a port on the loopback interface: the outbox's flush, and what is read of a batch. CPU
// time of this thread for one datagram, the kernel's part with it; `of_floor` is its ratio to the bare system
// calls over the same datagrams, made in turn with ours.
#include <arpa/inet.h>
#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/outbox.hpp"
#include "bench/sfu_load/bare_messages.hpp"
#include "bench/sfu_load/clocks.hpp"
#include "loop/udp_port.hpp"

namespace kaskado::loop {
namespace {

constexpr std::size_t kDatagramBytes = 1216;

double cpu_ns() {
  return static_cast<double>(bench::read_clock_ns(CLOCK_THREAD_CPUTIME_ID));
}

// A peer's socket, read by nobody but drain().
class Peer {
 public:
  Peer() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    const int bytes = 1 << 20;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    bind(fd_, reinterpret_cast<sockaddr*>(&address), length);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    address_ = address;
  }
  ~Peer() { close(fd_); }
  Peer(const Peer&) = delete;

  const sockaddr_in& address() const { return address_; }
  base::SocketAddress name() const {
    return base::SocketAddress::v4({127, 0, 0, 1}, ntohs(address_.sin_port));
  }
  int fd() const { return fd_; }
  std::size_t drain() {
    std::size_t datagrams = 0;
    std::uint8_t byte;
    while (recv(fd_, &byte, 1, MSG_DONTWAIT) >= 0) ++datagrams;
    return datagrams;
  }

 private:
  const int fd_;
  sockaddr_in address_;
};

class Counting final : public DatagramHandler {
 public:
  void on_queue_overflow(base::Instant) override {}
  void on_batch(std::uint16_t, std::span<ReceivedDatagram> batch, base::Instant) override {
    datagrams += batch.size();
  }
  std::size_t datagrams = 0;
};

struct Port {
  Port()
      : port(UdpPort::open(loop, base::SocketAddress::v4({127, 0, 0, 1}, 0), 0, intake).value()) {}
  Loop loop;
  base::PacketPool pool{4096};
  Counting handler;
  Intake intake{loop, pool, 1, handler};
  std::unique_ptr<UdpPort> port;
};

void report(benchmark::State& state, double spent_ns, double floor_ns, std::size_t datagrams) {
  const double packets = static_cast<double>(state.iterations()) * static_cast<double>(datagrams);
  state.counters["ns_per_packet"] = spent_ns / packets;
  state.counters["floor_ns_per_packet"] = floor_ns / packets;
  state.counters["of_floor"] = spent_ns / floor_ns;
}

// Outbox and UdpPort::send: to so many peers a run of so many datagrams each.
void send(benchmark::State& state) {
  const auto peers = static_cast<std::size_t>(state.range(0)), run = static_cast<std::size_t>(state.range(1));
  Port port;
  std::vector<std::unique_ptr<Peer>> all;
  std::vector<sockaddr_in> addresses;
  base::Outbox outbox(peers * run);
  for (std::size_t i = 0; i < peers; ++i) {
    addresses.push_back(all.emplace_back(std::make_unique<Peer>())->address());
    for (std::size_t k = 0; k < run; ++k) {
      const base::MutableBytes slot = outbox.slot();
      std::fill_n(slot.begin(), kDatagramBytes, std::uint8_t{1});
      outbox.commit(kDatagramBytes, {0, all.back()->name()});
    }
  }
  bench::BareMessages bare(addresses, run, kDatagramBytes);
  Peer sender;
  double spent_ns = 0, floor_ns = 0;
  std::size_t arrived = 0;
  for (auto _ : state) {
    const double start = cpu_ns();
    port.port->send(outbox, outbox.pending());
    const double sent = cpu_ns() - start;
    for (auto& peer : all) arrived += peer->drain();
    const double bare_start = cpu_ns();
    if (!bare.send(sender.fd())) state.SkipWithError("the kernel refuses the bare calls");
    floor_ns += cpu_ns() - bare_start;
    for (auto& peer : all) peer->drain();
    spent_ns += sent;
    state.SetIterationTime(sent / 1e9);
  }
  if (arrived != state.iterations() * peers * run) state.SkipWithError("datagrams are missing");
  report(state, spent_ns, floor_ns, peers * run);
}
BENCHMARK(send)
    ->UseManualTime()
    ->ArgNames({"peers", "run"})
    ->Args({1, 1})
    ->Args({64, 1})
    ->Args({64, 9})
    ->Args({7, 9});

// Through the loop's poll, recvmmsg with GRO, into pooled packets and to the handler.
void receive(benchmark::State& state) {
  const auto messages = static_cast<std::size_t>(state.range(0)),
             run = static_cast<std::size_t>(state.range(1));
  Port port;
  Peer sender, bare;
  sockaddr_in address = bare.address();
  address.sin_port = htons(port.port->local().port());
  bench::BareMessages to_port(std::vector(messages, address), run, kDatagramBytes);
  bench::BareMessages to_bare(std::vector(messages, bare.address()), run, kDatagramBytes);
  std::vector<std::uint8_t> memory(kDatagramBytes);
  double spent_ns = 0, floor_ns = 0;
  for (auto _ : state) {
    if (!to_port.send(sender.fd())) state.SkipWithError("datagrams are refused");
    const double start = cpu_ns();
    uv_run(port.loop.raw(), UV_RUN_NOWAIT);
    const double received = cpu_ns() - start;
    if (!to_bare.send(sender.fd())) state.SkipWithError("datagrams are refused");
    const double bare_start = cpu_ns();
    while (recv(bare.fd(), memory.data(), memory.size(), MSG_DONTWAIT) >= 0) continue;
    floor_ns += cpu_ns() - bare_start;
    spent_ns += received;
    state.SetIterationTime(received / 1e9);
  }
  if (port.handler.datagrams != state.iterations() * messages * run)
    state.SkipWithError("datagrams are missing");
  report(state, spent_ns, floor_ns, messages * run);
}
BENCHMARK(receive)->UseManualTime()->ArgNames({"messages", "run"})->Args({1, 1})->Args({32, 1})->Args({8, 9});

}  // namespace
}  // namespace kaskado::loop
