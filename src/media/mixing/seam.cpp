#include "media/mixing/seam.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kaskado::media {
namespace {

constexpr int kUnity = 1 << 15;

std::array<int, Seam::kSamples> make_rise() {
  std::array<int, Seam::kSamples> rise;
  for (int i = 0; i < Seam::kSamples; ++i)
    rise[static_cast<std::size_t>(i)] = static_cast<int>(
        std::lround((0.5 - 0.5 * std::cos(std::numbers::pi * (i + 1) / (Seam::kSamples + 1))) * kUnity));
  return rise;
}

const std::array<int, Seam::kSamples> kRise = make_rise();

}  // namespace

void Seam::begin(std::span<const std::int16_t> heard, int channels) {
  position_ = 0;
  for (int i = 0; i < kSamples; ++i) {
    for (int channel = 0; channel < channels; ++channel) {
      const auto to = static_cast<std::size_t>(i * channels + channel);
      const auto from = static_cast<std::size_t>((kSamples - 1 - i) * channels + channel);
      tail_[to] =
          static_cast<std::int16_t>(heard[from] * (kUnity - kRise[static_cast<std::size_t>(i)]) / kUnity);
    }
  }
}

// The two weights add up to one, so no sum leaves 16 bits.
void Seam::apply(std::span<std::int16_t> samples, int channels) {
  for (std::size_t i = 0; i < samples.size() && !done(); ++position_) {
    const int rise = kRise[static_cast<std::size_t>(position_)];
    for (int channel = 0; channel < channels; ++channel, ++i)
      samples[i] = static_cast<std::int16_t>(samples[i] * rise / kUnity +
                                             tail_[static_cast<std::size_t>(position_ * channels + channel)]);
  }
}

}  // namespace kaskado::media
