#include "codec/concealment.hpp"

#include <algorithm>

namespace kaskado::codec {

void Concealment::heard(std::span<const std::int16_t> samples) {
  const auto kept = samples.last(std::min(samples.size(), most_));
  last_.assign(kept.begin(), kept.end());
  position_ = 0;
  round_ = 0;
}

void Concealment::conceal(std::size_t count, std::vector<std::int16_t>& samples) {
  for (; count > 0 && !last_.empty() && round_ < kRounds; --count) {
    samples.push_back(static_cast<std::int16_t>(last_[position_] / (1 << round_)));
    if (++position_ < last_.size()) continue;
    position_ = 0;
    ++round_;
  }
  samples.insert(samples.end(), count, 0);
}

}  // namespace kaskado::codec
