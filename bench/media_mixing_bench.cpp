// What a tick of the mixers costs.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "media/mixing/audio_mixer.hpp"
#include "media/mixing/block_stretcher.hpp"
#include "media/mixing/grid_layout.hpp"
#include "media/mixing/video_compositor.hpp"

namespace kaskado::media {
namespace {

codec::PictureRef make_picture(int width, int height, int seed) {
  auto picture = std::make_shared<codec::Picture>(width, height);
  const auto bytes = static_cast<std::size_t>(picture->stride_y()) * static_cast<std::size_t>(height);
  for (std::size_t i = 0; i < bytes; ++i)
    picture->y()[i] = static_cast<std::uint8_t>(i * 31 + static_cast<std::size_t>(seed));
  return picture;
}

// Inputs of 640 × 360 to 1280 × 720, of which so many have a new picture at every tick.
void compose(benchmark::State& state) {
  const auto inputs = static_cast<std::uint32_t>(state.range(0));
  const auto changing = static_cast<std::uint32_t>(state.range(1));
  VideoCompositor compositor;
  GridLayout layout(1280, 720);
  const std::array pictures{make_picture(640, 360, 1), make_picture(640, 360, 2)};
  base::Instant tick{std::chrono::seconds{1}};
  for (std::uint32_t i = 0; i < inputs; ++i) {
    compositor.join(PortId{i});
    compositor.take(PortId{i}, {.picture = pictures[0], .time = tick});
  }
  std::size_t turn = 0;
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < changing; ++i)
      compositor.take(PortId{i}, {.picture = pictures[turn % 2], .time = tick});
    ++turn;
    tick += std::chrono::milliseconds{33};
    benchmark::DoNotOptimize(compositor.compose(tick + kMixingDelay, layout));
  }
}
BENCHMARK(compose)
    ->ArgNames({"inputs", "changing"})
    ->Args({9, 9})
    ->Args({9, 1})
    ->Args({9, 0})
    ->Args({4, 4})
    ->Unit(benchmark::kMicrosecond);

// So many ports of which so many speak, all at once.
void mix(benchmark::State& state) {
  const auto ports = static_cast<std::uint32_t>(state.range(0));
  const auto speakers = static_cast<std::uint32_t>(state.range(1));
  AudioMixer mixer;
  for (std::uint32_t i = 0; i < ports; ++i) mixer.join(PortId{i});
  std::vector<std::int16_t> samples;
  for (int i = 0; i < kBlockSamples; ++i)
    samples.push_back(static_cast<std::int16_t>(2000 * std::sin(i * 0.05)));
  const auto shared = std::make_shared<const std::vector<std::int16_t>>(samples);
  base::Instant tick{std::chrono::seconds{1}};
  for (auto _ : state) {
    for (std::uint32_t i = 0; i < speakers; ++i)
      mixer.take(PortId{i}, {.samples = shared, .time = tick, .arrived = tick});
    benchmark::DoNotOptimize(mixer.mix(tick).data());
    tick += kBlockDuration;
  }
}
BENCHMARK(mix)
    ->ArgNames({"ports", "speakers"})
    ->Args({10, 3})
    ->Args({10, 10})
    ->Args({100, 3})
    ->Args({100, 100})
    ->Unit(benchmark::kMicrosecond);

void stretch_block(benchmark::State& state) {
  std::vector<std::int16_t> in(1000), out(kBlockSamples);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<std::int16_t>(i * 2000);
  for (auto _ : state) {
    stretch(in.data() + kStretchBefore, kBlockSamples + 1, out.data(), 1);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(stretch_block)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kaskado::media
