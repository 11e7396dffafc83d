// How durations are distributed, in little memory: sixteen steps for each power of two, so that every value is
// known within 1/16 of it (the idea of HdrHistogram).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace kaskado::base {

// Owned by one thread; copied for others.
class LatencyHistogram {
 public:
  // Longer ones count as this, some 18 minutes.
  static constexpr Duration kMost{(std::int64_t{1} << 40) - 1};

  void record(Duration value) {
    const auto ns = static_cast<std::uint64_t>(std::clamp(value, Duration{0}, kMost).count());
    ++counts_[index_of(ns)];
    ++count_;
    most_ = std::max(most_, ns);
  }

  std::uint64_t count() const { return count_; }
  Duration most() const { return Duration{static_cast<std::int64_t>(most_)}; }
  // The value that `share` of the recorded ones, 0 to 1, do not exceed; 0 where there are none.
  Duration quantile(double share) const {
    const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(count_) + 0.5);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen > 0 && seen >= rank) return Duration{static_cast<std::int64_t>(std::min(highest_of(i), most_))};
    }
    return {};
  }

 private:
  static constexpr int kStepBits = 4;
  static constexpr std::uint64_t kSteps = 1u << kStepBits;

  // Below 16 each value has its own place; above, the highest bit and the four behind it choose.
  static std::size_t index_of(std::uint64_t ns) {
    if (ns < kSteps) return static_cast<std::size_t>(ns);
    const int shift = std::bit_width(ns) - 1 - kStepBits;
    return static_cast<std::size_t>((static_cast<std::uint64_t>(shift) + 1) * kSteps + (ns >> shift) - kSteps);
  }
  static std::uint64_t highest_of(std::size_t index) {
    if (index < kSteps) return index;
    const std::uint64_t shift = index / kSteps - 1;
    return ((index % kSteps + kSteps + 1) << shift) - 1;
  }

  std::array<std::uint32_t, (40 - kStepBits + 1) * kSteps> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t most_ = 0;
};

}  // namespace kaskado::base
