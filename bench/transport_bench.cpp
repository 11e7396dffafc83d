// Whose a datagram is, asked once a run of media and once a STUN message, on a shard with 10,000 peers.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "ice/stun_writer.hpp"
#include "transport/datagram_kind.hpp"
#include "transport/demux.hpp"

namespace kaskado::transport {
namespace {

constexpr PeerId kPeers = 10'000;
constexpr std::array<std::uint8_t, 2> kRtp{0x80, 96};

base::Path path_of(PeerId peer) {
  const auto low = static_cast<std::uint8_t>(peer), high = static_cast<std::uint8_t>(peer >> 8);
  return {0, base::SocketAddress::v4({10, 0, high, low}, static_cast<std::uint16_t>(1024 + peer))};
}

std::string ufrag_of(PeerId peer) {
  return "frag" + std::to_string(peer);
}

const Demux& demux() {
  static const Demux* const full = [] {
    auto* made = new Demux;
    for (PeerId peer = 0; peer < kPeers; ++peer) {
      made->add_user_fragment(ufrag_of(peer), peer);
      made->claim(path_of(peer), peer);
    }
    return made;
  }();
  return *full;
}

// Peers in no order, as a busy port sees them.
std::vector<PeerId> arrivals() {
  std::vector<PeerId> peers(kPeers);
  for (PeerId i = 0; i < kPeers; ++i) peers[i] = i;
  base::SeededRandom random(1);
  for (PeerId i = kPeers; i > 1; --i) std::swap(peers[i - 1], peers[random.below(i)]);
  return peers;
}

void BM_FindByPath(benchmark::State& state) {
  std::vector<base::Path> paths;
  for (const PeerId peer : arrivals()) paths.push_back(path_of(peer));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(demux().find(paths[next], kRtp));
    if (++next == paths.size()) next = 0;
  }
}
BENCHMARK(BM_FindByPath);

// The same where other work has put all of it out of the caches since: what a datagram of a silent peer
// costs, where so many come in one batch.
void BM_FindByPathCold(benchmark::State& state) {
  constexpr std::size_t kLookUps = 256;
  std::vector<base::Path> paths;
  for (const PeerId peer : arrivals()) paths.push_back(path_of(peer));
  const auto batch = static_cast<std::size_t>(state.range(0));
  std::vector<std::uint8_t> other_work(64 << 20);
  std::size_t next = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < other_work.size(); i += 64) ++other_work[i];
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < kLookUps; i += batch) {
      for (std::size_t k = 0; k < batch; ++k) demux().expect(paths[next + k]);
      for (std::size_t k = 0; k < batch; ++k) benchmark::DoNotOptimize(demux().find(paths[next + k], kRtp));
      next = (next + batch) % (kPeers - kLookUps);
    }
    const auto end = std::chrono::steady_clock::now();
    state.SetIterationTime(std::chrono::duration<double>(end - start).count() / kLookUps);
  }
}
BENCHMARK(BM_FindByPathCold)->Arg(1)->Arg(8)->Arg(32)->UseManualTime()->Iterations(100);

void BM_FindByUserFragment(benchmark::State& state) {
  std::vector<std::vector<std::uint8_t>> checks;
  for (const PeerId peer : arrivals()) {
    std::array<std::uint8_t, 256> memory{};
    ice::StunWriter writer(memory, ice::StunClass::request, {});
    writer.username(ufrag_of(peer), "peer");
    writer.priority(1);
    const base::Bytes check = writer.finish();
    checks.emplace_back(check.begin(), check.end());
  }
  const base::Path stranger{0, base::SocketAddress::v4({198, 51, 100, 1}, 9)};
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(demux().find(stranger, checks[next]));
    if (++next == checks.size()) next = 0;
  }
}
BENCHMARK(BM_FindByUserFragment);

// What a flood from strangers costs.
void BM_FindNobody(benchmark::State& state) {
  const base::Path stranger{0, base::SocketAddress::v4({198, 51, 100, 1}, 9)};
  for (auto _ : state) benchmark::DoNotOptimize(demux().find(stranger, kRtp));
}
BENCHMARK(BM_FindNobody);

// What each check of a peer does, on a path that it has.
void BM_ClaimAgain(benchmark::State& state) {
  Demux own;
  std::vector<base::Path> paths;
  for (const PeerId peer : arrivals()) paths.push_back(path_of(peer));
  for (PeerId i = 0; i < kPeers; ++i) own.claim(paths[i], i);
  PeerId next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(own.claim(paths[next], next));
    if (++next == kPeers) next = 0;
  }
}
BENCHMARK(BM_ClaimAgain);

}  // namespace
}  // namespace kaskado::transport
