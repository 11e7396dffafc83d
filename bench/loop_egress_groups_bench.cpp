// What a flush costs before it comes to the sockets.
#include <benchmark/benchmark.h>

#include "base/random.hpp"
#include "loop/egress_groups.hpp"

namespace {

using namespace kaskado;

constexpr std::size_t kDatagrams = 128;  // a full outbox

// One for each of so many ports in no order, or as they come where there are fewer; of a shard that has 4096.
void BM_GroupFullOutboxOfPorts(benchmark::State& state) {
  constexpr std::uint16_t kMostPorts = 4096;
  loop::EgressGroups groups(kDatagrams);
  groups.make_room(kMostPorts);
  base::SeededRandom random(1);
  std::vector<base::Egress> pending(kDatagrams);
  for (std::size_t i = 0; i < kDatagrams; ++i) {
    const auto port = static_cast<std::uint32_t>(i) % static_cast<std::uint32_t>(state.range(0));
    pending[i].path.port_index = static_cast<std::uint16_t>(port * 31 % kMostPorts);
  }
  for (std::size_t i = kDatagrams; i > 1; --i)
    std::swap(pending[i - 1], pending[random.below(static_cast<std::uint32_t>(i))]);
  for (auto _ : state) {
    std::size_t sent = 0;
    groups.for_each(pending, [&](std::uint16_t, std::span<const base::Egress> run) { sent += run.size(); });
    benchmark::DoNotOptimize(sent);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kDatagrams));
}
BENCHMARK(BM_GroupFullOutboxOfPorts)->Arg(1)->Arg(2)->Arg(16)->Arg(128);

}  // namespace
