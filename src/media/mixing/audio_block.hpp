// The pieces that sound is mixed in.
#pragma once

#include <cstdint>

#include "media/audio_frame.hpp"

namespace kaskado::media {

inline constexpr base::Duration kBlockDuration = std::chrono::milliseconds{20};
// A channel.
inline constexpr int kBlockSamples = 960;
inline constexpr int kMaxChannels = 2;

// Of one channel, at kSampleRate; towards zero.
constexpr std::int64_t to_samples(base::Duration duration) {
  return duration.count() * 6 / 125'000;
}
constexpr base::Duration to_duration(std::int64_t samples) {
  return base::Duration{samples * 62'500 / 3};
}

}  // namespace kaskado::media
