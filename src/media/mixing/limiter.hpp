// Keeps sums of many voices within 16 bits: by a gain that falls before what is too loud and rises slowly
// behind it.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "media/mixing/audio_block.hpp"

namespace kaskado::media {

class Limiter {
 public:
  // A block, interleaved. What fits comes out as it is, unless something loud was just before. Where the
  // block begins too loud already, its first millisecond is bent below full scale.
  void limit(std::span<const std::int32_t> in, std::span<std::int16_t> out);

  float gain() const { return gain_; }

 private:
  static constexpr int kParts = 20;  // of a millisecond
  using Gains = std::array<float, kParts + 1>;

  Gains choose_gains(std::span<const std::int32_t> in) const;

  float gain_ = 1;  // at the end of the last block
};

}  // namespace kaskado::media
