#include "media/mixing/limiter.hpp"

#include <algorithm>
#include <cmath>

namespace kaskado::media {
namespace {

constexpr float kFullScale = 32767;
// What loud parts are brought down to.
constexpr float kCeiling = 32000;
// Per millisecond, of what is missing to 1: e-fold in 100 ms.
constexpr float kRise = 0.01F;
constexpr float kAtRest = 0.999F;

std::int32_t peak(std::span<const std::int32_t> samples) {
  std::int32_t least = 0, most = 0;
  for (const std::int32_t sample : samples) {
    least = std::min(least, sample);
    most = std::max(most, sample);
  }
  return std::max(most, -least);
}

// Straight up to the ceiling, and beyond it nearer and nearer to full scale.
float bend(float sample) {
  const float excess = std::abs(sample) - kCeiling;
  if (excess <= 0) return sample;
  constexpr float kRoom = kFullScale - kCeiling;
  return std::copysign(kCeiling + kRoom * excess / (excess + kRoom), sample);
}

}  // namespace

// Between the parts: no more than either of them bears, so that the gain on the way between is no more
// either.
Limiter::Gains Limiter::choose_gains(std::span<const std::int32_t> in) const {
  const std::size_t part = in.size() / kParts;
  std::array<float, kParts> borne;
  for (std::size_t i = 0; i < kParts; ++i) {
    const auto loudest = static_cast<float>(peak(in.subspan(i * part, part)));
    borne[i] = loudest > kFullScale ? kCeiling / loudest : 1;
  }
  Gains gains;
  gains[0] = gain_;
  for (std::size_t i = 0; i < kParts; ++i)
    gains[i + 1] = std::min(
        {gains[i] + (1 - gains[i]) * kRise, borne[i], borne[std::min<std::size_t>(i + 1, kParts - 1)]});
  return gains;
}

void Limiter::limit(std::span<const std::int32_t> in, std::span<std::int16_t> out) {
  if (gain_ >= kAtRest && static_cast<float>(peak(in)) <= kFullScale) {
    gain_ = 1;
    std::ranges::transform(in, out.begin(),
                           [](std::int32_t sample) { return static_cast<std::int16_t>(sample); });
    return;
  }
  const Gains gains = choose_gains(in);
  const std::size_t part = in.size() / kParts;
  for (std::size_t i = 0; i < kParts; ++i) {
    const float step = (gains[i + 1] - gains[i]) / static_cast<float>(part);
    for (std::size_t k = 0; k < part; ++k) {
      const float gain = gains[i] + step * static_cast<float>(k);
      out[i * part + k] = static_cast<std::int16_t>(bend(static_cast<float>(in[i * part + k]) * gain));
    }
  }
  gain_ = gains[kParts];
}

}  // namespace kaskado::media
