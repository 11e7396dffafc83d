// Some raw sound on its way: 48 kHz, signed 16 bits, channels interleaved.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/time.hpp"

namespace kaskado::media {

inline constexpr int kSampleRate = 48000;

struct AudioFrame {
  std::shared_ptr<const std::vector<std::int16_t>> samples;
  int channels = 1;
  // When its first sample is to be heard, on this server's clock.
  base::Instant time{};
  base::Instant arrived{};

  int samples_per_channel() const { return samples ? static_cast<int>(samples->size()) / channels : 0; }
  base::Duration duration() const { return std::chrono::nanoseconds(std::int64_t{1'000'000'000} * samples_per_channel() / kSampleRate); }
};

}  // namespace kaskado::media
