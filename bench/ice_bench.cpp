// The costs of ICE: what a check costs, and what thousands of idle peers do.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "base/allocation_counter.hpp"
#include "ice/ice_agent.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::ice;
using base::test::allocations;

const Credentials kOurs{"oursoursours", "a password of 24 letters"};
const Credentials kTheirs{"them", "their password, 22 lett"};
const base::SocketAddress kOurAddress = *base::SocketAddress::parse("192.0.2.1", 1000);
const base::SocketAddress kTheirAddress = *base::SocketAddress::parse("198.51.100.2", 2000);

Candidate host(const base::SocketAddress& address) {
  Candidate candidate;
  candidate.foundation = "1";
  candidate.priority = candidate_priority(CandidateType::host, 65535);
  candidate.address = address;
  return candidate;
}

std::vector<std::uint8_t> check(bool use_candidate, std::uint64_t number = 0) {
  std::array<std::uint8_t, 200> buffer;
  TransactionId transaction{};
  base::store_u64(transaction.data(), number);
  StunWriter writer(buffer, StunClass::request, transaction);
  writer.username(kOurs.ufrag, kTheirs.ufrag);
  writer.ice_controlling(1);
  writer.priority(1862270975);
  if (use_candidate) writer.use_candidate();
  const Bytes bytes = writer.finish(StunKey::short_term(kOurs.password));
  return {bytes.begin(), bytes.end()};
}

// Answers every check in the outbox of a controlled agent, as its peer would.
void answer(IceAgent& agent, base::Outbox& outbox, base::Instant now) {
  static const StunKey key = StunKey::short_term(kTheirs.password);
  std::array<std::uint8_t, 200> buffer;
  for (std::size_t i = 0, count = outbox.pending().size(); i < count; ++i) {
    const base::Egress egress = outbox.pending()[i];
    const auto request = StunMessage::parse(outbox.bytes(egress));
    if (!request.ok() || request->type != StunClass::request) continue;
    StunWriter writer(buffer, StunClass::success, request->transaction);
    writer.xor_mapped_address(kOurAddress);
    agent.receive(writer.finish(key), egress.path, now, outbox);
  }
  outbox.clear();
}

std::unique_ptr<IceAgent> connected(base::Random& random, base::Outbox& outbox, base::Instant now) {
  IceConfig config;
  config.local = kOurs;
  auto agent = std::make_unique<IceAgent>(config, random);
  agent->add_local_candidate(host(kOurAddress), 0, now);
  agent->add_remote_candidate(host(kTheirAddress), now);
  agent->set_remote_credentials(kTheirs, now);
  agent->receive(check(true), {0, kTheirAddress}, now, outbox);
  answer(*agent, outbox, now);
  if (agent->state() != IceState::ready) std::abort();
  return agent;
}

void peek_the_username(benchmark::State& state) {
  const auto bytes = check(false);
  for (auto _ : state) benchmark::DoNotOptimize(peek_username(bytes));
}
BENCHMARK(peek_the_username);

void parse_a_check(benchmark::State& state) {
  const auto bytes = check(false);
  for (auto _ : state) benchmark::DoNotOptimize(StunMessage::parse(bytes));
}
BENCHMARK(parse_a_check);

void parse_and_verify_a_check(benchmark::State& state) {
  const auto bytes = check(false);
  const StunKey key = StunKey::short_term(kOurs.password);
  for (auto _ : state) benchmark::DoNotOptimize(StunMessage::parse(bytes)->verify(key));
}
BENCHMARK(parse_and_verify_a_check);

void write_a_check(benchmark::State& state) {
  std::array<std::uint8_t, 200> buffer;
  const StunKey key = StunKey::short_term(kTheirs.password);
  for (auto _ : state) {
    StunWriter writer(buffer, StunClass::request, {});
    writer.username(kTheirs.ufrag, kOurs.ufrag);
    writer.priority(1862270975);
    writer.ice_controlled(1);
    benchmark::DoNotOptimize(writer.finish(key));
  }
}
BENCHMARK(write_a_check);

// The whole way of a peer's consent check through a connected agent.
void answer_a_check(benchmark::State& state) {
  base::SeededRandom random(1);
  base::Outbox outbox;
  const base::Instant now{std::chrono::seconds(1)};
  const auto agent = connected(random, outbox, now);
  const auto bytes = check(false);
  const base::Path path{0, kTheirAddress};
  const std::size_t before = allocations;
  for (auto _ : state) {
    agent->receive(bytes, path, now, outbox);
    outbox.clear();
  }
  if (allocations != before) state.SkipWithError("a check must not allocate");
}
BENCHMARK(answer_a_check);

// What a flood of checks with a wrong password costs, answers included.
void refuse_a_forged_check(benchmark::State& state) {
  base::SeededRandom random(1);
  base::Outbox outbox;
  const base::Instant now{std::chrono::seconds(1)};
  const auto agent = connected(random, outbox, now);
  auto bytes = check(false);
  bytes.resize(bytes.size() - 8);
  bytes.back() ^= 1;
  base::store_u16(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size() - 20));
  const base::Path path{0, kTheirAddress};
  for (auto _ : state) {
    if (agent->receive(bytes, path, now, outbox).drop != base::DropReason::bad_stun_integrity) std::abort();
    outbox.clear();
  }
}
BENCHMARK(refuse_a_forged_check);

void accept_a_path(benchmark::State& state) {
  base::SeededRandom random(1);
  base::Outbox outbox;
  const auto agent = connected(random, outbox, base::Instant{std::chrono::seconds(1)});
  const base::Path path{0, kTheirAddress};
  for (auto _ : state) benchmark::DoNotOptimize(agent->accepts(path));
}
BENCHMARK(accept_a_path);

// One second of 10,000 connected agents with nothing to do but consent, the peers' answers included. The
// share of a core is the time of an iteration.
void one_second_of_idle_agents(benchmark::State& state) {
  base::SeededRandom random(1);
  base::Outbox outbox;
  base::Instant now{std::chrono::seconds(1)};
  std::vector<std::unique_ptr<IceAgent>> agents;
  const auto heap_before = mallinfo2().uordblks;
  for (int i = 0; i < state.range(0); ++i) agents.push_back(connected(random, outbox, now));
  const auto heap_bytes = static_cast<double>(mallinfo2().uordblks - heap_before);
  std::int64_t checks = 0;
  const std::size_t before = allocations;
  for (auto _ : state) {
    now += std::chrono::seconds(1);
    for (const auto& agent : agents) {
      if (agent->deadline() > now) continue;
      agent->advance(now, outbox);
      checks += static_cast<std::int64_t>(outbox.pending().size());
      answer(*agent, outbox, now);
    }
  }
  if (allocations != before) state.SkipWithError("consent must not allocate");
  state.counters["bytes_an_agent"] = heap_bytes / static_cast<double>(agents.size());
  state.counters["checks_per_second"] =
      benchmark::Counter(static_cast<double>(checks) / static_cast<double>(state.iterations()));
}
BENCHMARK(one_second_of_idle_agents)->Arg(10000)->Unit(benchmark::kMillisecond);

// From nothing to ready, as the controlled side of one peer with one candidate.
void make_and_connect_an_agent(benchmark::State& state) {
  base::SeededRandom random(1);
  base::Outbox outbox;
  for (auto _ : state) connected(random, outbox, base::Instant{std::chrono::seconds(1)});
}
BENCHMARK(make_and_connect_an_agent);

}  // namespace
