// The control path without its socket: from a message to its answer.
#include <benchmark/benchmark.h>

#include "control/control_plane.hpp"
#include "control/json.hpp"
#include "tests/control/immediate_backend.hpp"
#include "tests/control/toys.hpp"

namespace kaskado {
namespace {

using namespace std::chrono_literals;

class CountingOutlet final : public control::Outlet {
 public:
  void send(control::ConnectionId, std::string text) override { last = std::move(text); }
  std::string last;
};

struct Rig {
  Rig() {
    plane.connected(1, now);
    receive("connect", "{}");
  }
  // Every request has an id of its own, or it would be answered from memory.
  const std::string& receive(const std::string& method, const std::string& params) {
    now += 1us;
    plane.receive(1,
                  R"({"jsonrpc":"2.0","id":)" + std::to_string(++id) + R"(,"method":")" + method +
                      R"(","params":)" + params + "}",
                  now);
    return outlet.last;
  }
  std::string make(const std::string& params) {
    const auto answer = control::parse_json(receive("create", params));
    return *answer->object()->find("result")->object()->find("value")->string();
  }

  base::Instant now{1h};
  int id = 0;
  base::SeededRandom random{1};
  CountingOutlet outlet;
  control_test::ImmediateBackend backend{[this](pipeline::Event event) { plane.event(event, now); }};
  control::ControlPlane plane{control::ControlSettings{},
                              {backend, outlet, random, {now, {}}, control_test::kToyModules, "0", "0"}};
};

void Ping(benchmark::State& state) {
  Rig rig;
  for (auto _ : state) benchmark::DoNotOptimize(rig.receive("ping", R"({"interval":240000})"));
}
BENCHMARK(Ping);

void CreateAndRelease(benchmark::State& state) {
  Rig rig;
  for (auto _ : state) {
    const std::string tower = rig.make(R"({"type":"Tower"})");
    rig.receive("release", R"({"object":")" + tower + "\"}");
  }
}
BENCHMARK(CreateAndRelease);

void InvokeAmongObjects(benchmark::State& state) {
  Rig rig;
  std::string bell;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    const std::string tower = rig.make(R"({"type":"Tower"})");
    bell = rig.make(R"({"type":"Bell","constructorParams":{"tower":")" + tower + R"("}})");
  }
  const std::string params =
      R"({"operation":"setSize","operationParams":{"size":5},"object":")" + bell + "\"}";
  for (auto _ : state) benchmark::DoNotOptimize(rig.receive("invoke", params));
}
BENCHMARK(InvokeAmongObjects)->Arg(1)->Arg(10'000);

void EventToSubscribers(benchmark::State& state) {
  Rig rig;
  const std::string tower = rig.make(R"({"type":"Tower"})");
  const std::string bell = rig.make(R"({"type":"Bell","constructorParams":{"tower":")" + tower + R"("}})");
  rig.receive("subscribe", R"({"type":"Rang","object":")" + bell + "\"}");
  const std::string params = R"({"operation":"ring","object":")" + bell + "\"}";
  for (auto _ : state) benchmark::DoNotOptimize(rig.receive("invoke", params));
}
BENCHMARK(EventToSubscribers);

void ParseOffer(benchmark::State& state) {
  std::string sdp;
  while (sdp.size() < 8'000) sdp += R"(a=rtpmap:96 VP8/90000\r\n)";
  const std::string text =
      R"({"jsonrpc":"2.0","id":1,"method":"invoke","params":{"operationParams":{"offer":")" + sdp + "\"}}}";
  for (auto _ : state) benchmark::DoNotOptimize(control::parse_json(text));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(ParseOffer);

}  // namespace
}  // namespace kaskado
