// Joins what does not follow on each other: what was heard last fades out, mirrored, while what comes fades
// in.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "media/mixing/audio_block.hpp"

namespace kaskado::media {

class Seam {
 public:
  // A channel: 10 ms.
  static constexpr int kSamples = 480;

  // `heard` are the last kSamples before it, interleaved; silence where nothing was heard.
  void begin(std::span<const std::int16_t> heard, int channels);
  // In place, to what comes next, in order.
  void apply(std::span<std::int16_t> samples, int channels);
  bool done() const { return position_ >= kSamples; }
  void end() { position_ = kSamples; }

 private:
  std::array<std::int16_t, static_cast<std::size_t>(kSamples) * kMaxChannels> tail_{};
  int position_ = kSamples;
};

}  // namespace kaskado::media
