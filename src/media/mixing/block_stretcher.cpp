#include "media/mixing/block_stretcher.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace kaskado::media {
namespace {

constexpr int kTaps = kStretchBefore + 1 + kStretchAfter;
constexpr int kPhases = 64;
constexpr int kUnityBits = 14;  // so that no sum of products leaves 32 bits
constexpr int kUnity = 1 << kUnityBits;
constexpr int kStepsPerPhase = kBlockSamples / kPhases;
static_assert(kStepsPerPhase * kPhases == kBlockSamples);

using Phase = std::array<std::int16_t, kTaps>;

double sinc(double x) {
  return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

// Blackman's, over all of the taps.
double window(double x) {
  const double turn = std::numbers::pi * x / (kTaps / 2);
  return std::max(0.0, 0.42 + 0.5 * std::cos(turn) + 0.08 * std::cos(2 * turn));
}

Phase make_phase(int index) {
  std::array<double, kTaps> weights;
  double sum = 0;
  for (int tap = 0; tap < kTaps; ++tap) {
    const double x = tap - kStretchBefore - static_cast<double>(index) / kPhases;
    sum += weights[static_cast<std::size_t>(tap)] = sinc(x) * window(x);
  }
  Phase phase;
  int total = 0;
  for (std::size_t tap = 0; tap < kTaps; ++tap) {
    phase[tap] = static_cast<std::int16_t>(std::lround(weights[tap] / sum * kUnity));
    total += phase[tap];
  }
  *std::ranges::max_element(phase) +=
      static_cast<std::int16_t>(kUnity - total);  // constants stay what they are
  return phase;
}

std::array<Phase, kPhases + 1> make_phases() {
  std::array<Phase, kPhases + 1> phases;
  for (int i = 0; i <= kPhases; ++i) phases[static_cast<std::size_t>(i)] = make_phase(i);
  return phases;
}

const std::array<Phase, kPhases + 1> kFilter = make_phases();

// On its own GCC makes it a handful of vector instructions; within the loop around it, none.
[[gnu::noinline]] int filtered(const std::int16_t* in, const Phase& phase) {
  int sum = 0;
  for (int tap = 0; tap < kTaps; ++tap) sum += in[tap] * phase[static_cast<std::size_t>(tap)];
  return sum;
}

}  // namespace

void stretch(const std::int16_t* in, int consumed, std::int16_t* out, int stride) {
  const std::int16_t* first = in - kStretchBefore;
  const int whole = consumed / kBlockSamples, rest = consumed % kBlockSamples;
  int step = 0;  // of which kBlockSamples are one sample
  for (int i = 0; i < kBlockSamples; ++i) {
    const auto phase = static_cast<std::size_t>(step / kStepsPerPhase);
    const int before = filtered(first, kFilter[phase]);
    const int after = filtered(first, kFilter[phase + 1]);
    const int weight = step % kStepsPerPhase;
    const int between =
        (before / kStepsPerPhase) * (kStepsPerPhase - weight) + (after / kStepsPerPhase) * weight;
    out[i * stride] =
        static_cast<std::int16_t>(std::clamp((between + kUnity / 2) >> kUnityBits, -32768, 32767));
    first += whole;
    step += rest;
    if (step >= kBlockSamples) {
      step -= kBlockSamples;
      ++first;
    }
  }
}

}  // namespace kaskado::media
