// What a DTLS session costs: the CPU time of a handshake on each side, the memory of a session in each state
// (of the C library's allocator, with a certificate shared by all), and a record of application data.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <chrono>
#include <ctime>
#include <memory>
#include <vector>

#include "dtls/session.hpp"

namespace kaskado::dtls {
namespace {

std::shared_ptr<const Certificate> certificate(KeyType type) {
  static const auto kEcdsa = Certificate::generate(KeyType::ecdsa_p256, {1'800'000'000'000'000'000}).value();
  static const auto kRsa = Certificate::generate(KeyType::rsa_2048, {1'800'000'000'000'000'000}).value();
  return type == KeyType::ecdsa_p256 ? kEcdsa : kRsa;
}

double cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// A link on which everything arrives at once.
struct Wire {
  base::Path path{0, base::SocketAddress::v4({192, 0, 2, 1}, 5000)};
  base::Instant now{};
  base::Outbox outboxes[2];
};

class Pair {
 public:
  enum Side : std::size_t { client, server };

  Pair(Wire& wire, KeyType type) : wire_(wire) {
    const Fingerprint fingerprint = certificate(type)->fingerprint().value();
    for (const Side side : {client, server})
      sessions_[side] = std::make_unique<DtlsSession>(
          certificate(type), side == client ? DtlsRole::client : DtlsRole::server, fingerprint);
  }

  DtlsSession& operator[](Side side) { return *sessions_[side]; }
  double spent_ns(Side side) const { return spent_ns_[side]; }

  void start() {
    for (const Side side : {server, client})
      timed(side, [&] { sessions_[side]->start(wire_.path, wire_.now, wire_.outboxes[side]); });
  }
  void shuttle() {
    for (Side from = client; !wire_.outboxes[client].empty() || !wire_.outboxes[server].empty();
         from = other(from)) {
      base::Outbox& outbox = wire_.outboxes[from];
      timed(other(from), [&] {
        for (const base::Egress& egress : outbox.pending())
          sessions_[other(from)]->receive(outbox.bytes(egress), wire_.path, wire_.now,
                                          wire_.outboxes[other(from)]);
      });
      outbox.clear();
    }
  }
  bool connected() const {
    return sessions_[0]->state() == DtlsState::connected && sessions_[1]->state() == DtlsState::connected;
  }

 private:
  static Side other(Side side) { return side == client ? server : client; }
  template <typename Call>
  void timed(Side side, Call call) {
    const double start = cpu_ns();
    call();
    spent_ns_[side] += cpu_ns() - start;
  }

  Wire& wire_;
  std::unique_ptr<DtlsSession> sessions_[2];
  double spent_ns_[2] = {};
};

void handshake(benchmark::State& state, KeyType type) {
  Wire wire;
  certificate(type);
  double client_ns = 0, server_ns = 0;
  for ([[maybe_unused]] auto _ : state) {
    Pair pair(wire, type);
    pair.start();
    pair.shuttle();
    if (!pair.connected()) state.SkipWithError("not connected");
    client_ns += pair.spent_ns(Pair::client);
    server_ns += pair.spent_ns(Pair::server);
  }
  const auto count = static_cast<double>(state.iterations());
  state.counters["client_cpu_ms"] = client_ns / count / 1e6;
  state.counters["server_cpu_ms"] = server_ns / count / 1e6;
}

// So that what is made once a process is not counted.
void connect_once(Wire& wire) {
  Pair pair(wire, KeyType::ecdsa_p256);
  pair.start();
  pair.shuttle();
}

// Bytes a session, over some hundred of them.
void memory(benchmark::State& state) {
  constexpr std::size_t kPairs = 200;
  Wire wire;
  const auto in_use = [] { return static_cast<double>(mallinfo2().uordblks); };
  for ([[maybe_unused]] auto _ : state) {
    connect_once(wire);
    std::vector<std::unique_ptr<Pair>> pairs(kPairs);
    const double before = in_use();
    for (auto& pair : pairs) pair = std::make_unique<Pair>(wire, KeyType::ecdsa_p256);
    const double idle = in_use();
    for (auto& pair : pairs) {
      pair->start();
      wire.outboxes[Pair::client].clear();
    }
    const double connecting = in_use();
    pairs.clear();
    pairs.resize(kPairs);
    const double fresh = in_use();
    for (auto& pair : pairs) {
      pair = std::make_unique<Pair>(wire, KeyType::ecdsa_p256);
      pair->start();
      pair->shuttle();
    }
    const double connected = in_use();
    state.counters["idle_bytes"] = (idle - before) / (2 * kPairs);
    state.counters["connecting_bytes"] = (connecting - before) / (2 * kPairs);
    state.counters["connected_bytes"] = (connected - fresh) / (2 * kPairs);
  }
}

void application_data(benchmark::State& state) {
  Wire wire;
  Pair pair(wire, KeyType::ecdsa_p256);
  pair.start();
  pair.shuttle();
  const std::vector<std::uint8_t> data(static_cast<std::size_t>(state.range(0)), 1);
  std::size_t received = 0;
  for ([[maybe_unused]] auto _ : state) {
    pair[Pair::client].send(data, wire.path, wire.outboxes[Pair::client]);
    pair.shuttle();
    while (!pair[Pair::server].next_application_data().empty()) ++received;
  }
  if (received != static_cast<std::size_t>(state.iterations())) state.SkipWithError("a record was lost");
}

void generate_certificate(benchmark::State& state, KeyType type) {
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(Certificate::generate(type, {}).ok());
}

BENCHMARK_CAPTURE(handshake, ecdsa_p256, KeyType::ecdsa_p256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(handshake, rsa_2048, KeyType::rsa_2048)->Unit(benchmark::kMillisecond);
BENCHMARK(memory)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(application_data)->Arg(100)->Arg(1100);
BENCHMARK_CAPTURE(generate_certificate, ecdsa_p256, KeyType::ecdsa_p256)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(generate_certificate, rsa_2048, KeyType::rsa_2048)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kaskado::dtls
