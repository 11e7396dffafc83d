#include "media/resampler.hpp"

#include <speex/speex_resampler.h>

#include <algorithm>
#include <cmath>
#include <new>
#include <numeric>
#include <utility>

namespace kaskado::media {

namespace {

constexpr int kQuality = 3;  // of 10: what telephony takes

}  // namespace

void Resampler::Free::operator()(SpeexResamplerState_* state) const {
  speex_resampler_destroy(state);
}

Resampler::Resampler(int from_rate, int to_rate, int channels)
    : from_rate_(from_rate),
      to_rate_(to_rate),
      channels_(channels),
      state_(speex_resampler_init(static_cast<spx_uint32_t>(channels), static_cast<spx_uint32_t>(from_rate),
                                  static_cast<spx_uint32_t>(to_rate), kQuality, nullptr)) {
  if (!state_) throw std::bad_alloc();
  speex_resampler_skip_zeros(state_.get());
}

Resampler::~Resampler() = default;

void Resampler::process(std::span<const std::int16_t> in, std::vector<std::int16_t>& out) {
  const auto channels = static_cast<std::size_t>(channels_);
  std::size_t left = in.size() / channels;
  const std::int16_t* at = in.data();
  while (left > 0) {
    const std::size_t before = out.size();
    // A little more than the rates say, for what was held back; what does not fit comes in the next round.
    const std::size_t room =
        left * static_cast<std::size_t>(to_rate_) / static_cast<std::size_t>(from_rate_) * 51 / 50 + 16;
    out.resize(before + room * channels);
    auto taken = static_cast<spx_uint32_t>(left);
    auto given = static_cast<spx_uint32_t>(room);
    speex_resampler_process_interleaved_int(state_.get(), at, &taken, out.data() + before, &given);
    out.resize(before + given * channels);
    at += taken * channels;
    left -= taken;
    if (taken == 0 && given == 0) break;
  }
}

// Odd parts only: at the plain ratio the library takes another filter, and going there and back clicks. It
// scales its position from one ratio to the next in 32 bits, so the product of two denominators has to fit
// in.
void Resampler::stretch(int ppm) {
  constexpr int kMostDenominator = 60'000;
  const int common = std::gcd(from_rate_, to_rate_);
  const int parts = std::max(kMostDenominator / (to_rate_ / common), 1);
  const double wanted = std::clamp(ppm, -kMostPpm, kMostPpm) * 1e-6 * parts;
  const int odd = 2 * static_cast<int>(std::floor(wanted / 2)) + 1;
  if (std::exchange(stretched_, odd) == odd) return;
  const auto in = static_cast<spx_uint32_t>(from_rate_ / common * (parts - odd));
  const auto out = static_cast<spx_uint32_t>(to_rate_ / common * parts);
  speex_resampler_set_rate_frac(state_.get(), in, out, static_cast<spx_uint32_t>(from_rate_),
                                static_cast<spx_uint32_t>(to_rate_));
}

base::Duration Resampler::latency() const {
  return base::Duration{std::int64_t{1'000'000'000} * speex_resampler_get_input_latency(state_.get()) /
                        from_rate_};
}

}  // namespace kaskado::media
