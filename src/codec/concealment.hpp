// For codecs without a concealment of their own: what was heard last is repeated, and fades.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kaskado::codec {

class Concealment {
 public:
  // At most so many samples, of all channels, are kept and repeated: 20 ms are about one pitch period or
  // more.
  explicit Concealment(std::size_t memory_samples) : most_(memory_samples) {}

  void heard(std::span<const std::int16_t> samples);
  // Appends `count` samples: the last ones over and over, each round at half the loudness of the one before,
  // and silence after kRounds.
  void conceal(std::size_t count, std::vector<std::int16_t>& samples);

 private:
  static constexpr int kRounds = 4;
  std::size_t most_;
  std::vector<std::int16_t> last_;
  std::size_t position_ = 0;
  int round_ = 0;
};

}  // namespace kaskado::codec
