// Deadlines of a shard's sessions: set anew behind each run of datagrams, and taken when they are due.
#include <benchmark/benchmark.h>

#include <vector>

#include "base/deadline_queue.hpp"
#include "base/random.hpp"

namespace kaskado::base {
namespace {

using namespace std::chrono_literals;

struct Sessions {
  explicit Sessions(std::uint32_t count) {
    for (std::uint32_t id = 0; id < count; ++id)
      queue.set(id, now + Duration(random.u64() % Duration(15s).count()));
    for (std::uint32_t i = 0; i < 1 << 16; ++i) ids.push_back(random.below(count));
  }
  std::uint32_t next_id() { return ids[next++ & 0xffff]; }

  SeededRandom random{1};
  Instant now{1000s};
  DeadlineQueue queue;
  std::vector<std::uint32_t> ids;
  std::size_t next = 0;
};

// Each check that a peer answers puts its deadline off.
void BM_PutOff(benchmark::State& state) {
  Sessions sessions(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    sessions.now += 10us;
    sessions.queue.set(sessions.next_id(), sessions.now + 15s);
  }
}
BENCHMARK(BM_PutOff)->Arg(10'000)->Arg(100'000);

// Most datagrams leave the deadline as it was.
void BM_SetTheSame(benchmark::State& state) {
  Sessions sessions(static_cast<std::uint32_t>(state.range(0)));
  const Instant when = sessions.now + 7s;
  for (std::uint32_t id = 0; id < state.range(0); ++id) sessions.queue.set(id, when);
  for (auto _ : state) sessions.queue.set(sessions.next_id(), when);
}
BENCHMARK(BM_SetTheSame)->Arg(10'000)->Arg(100'000);

// One turn of a session: what was due, and when it is next.
void BM_TakeAndSet(benchmark::State& state) {
  Sessions sessions(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) {
    sessions.now = sessions.queue.next();
    const auto id = sessions.queue.take_due(sessions.now);
    sessions.queue.set(*id, sessions.now + 15s);
  }
}
BENCHMARK(BM_TakeAndSet)->Arg(10'000)->Arg(100'000);

}  // namespace
}  // namespace kaskado::base
