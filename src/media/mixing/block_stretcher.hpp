// Makes a block of a few samples more or fewer: what keeps two clocks together that differ by a little.
#pragma once

#include <cstdint>

#include "media/mixing/audio_block.hpp"

namespace kaskado::media {

// 1.25 %, or 22 cents.
inline constexpr int kMaxStretch = 12;
// Samples that are read before the first, and behind the last.
inline constexpr int kStretchBefore = 7;
inline constexpr int kStretchAfter = 8;

// From `consumed` samples (kBlockSamples ± kMaxStretch) of one channel, which stand together, to
// kBlockSamples, of which every `stride`-th of `out` is one. The first is the same, and the one after the
// last would be: so blocks that are stretched and such that are not follow on each other without a seam.
void stretch(const std::int16_t* in, int consumed, std::int16_t* out, int stride);

}  // namespace kaskado::media
