// Durations by logarithmic buckets of 1/32, from nanoseconds to hours, in constant memory. Percentiles are
// the upper ends of their buckets, so that they are never told too low; the greatest value is exact.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "base/time.hpp"

namespace kaskado::bench {

class Histogram {
 public:
  void add(base::Duration value) {
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(value.count(), 0));
    ++counts_[std::min(bucket_of(ns), kBuckets - 1)];
    ++count_;
    greatest_ = std::max(greatest_, ns);
  }
  void clear() { *this = Histogram(); }

  std::uint64_t count() const { return count_; }
  base::Duration greatest() const { return base::Duration{static_cast<std::int64_t>(greatest_)}; }
  // `share` of all values are at most this; 0 where there are none.
  base::Duration percentile(double share) const {
    const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < kBuckets && count_ != 0; ++i) {
      below += counts_[i];
      if (below >= std::max<std::uint64_t>(rank, 1))
        return base::Duration{static_cast<std::int64_t>(std::min(upper_end(i), greatest_))};
    }
    return {};
  }

 private:
  static constexpr std::size_t kFractionBits = 5;
  static constexpr std::size_t kFractions = 1 << kFractionBits;
  static constexpr std::size_t kBuckets = (45 - kFractionBits) * kFractions;  // to 2^44 ns

  // Values below 32 have a bucket each; above, each doubling has 32.
  static std::size_t bucket_of(std::uint64_t ns) {
    if (ns < kFractions) return ns;
    const auto shift = static_cast<std::size_t>(std::bit_width(ns)) - 1 - kFractionBits;
    return (shift + 1) * kFractions + ((ns >> shift) - kFractions);
  }
  static std::uint64_t upper_end(std::size_t bucket) {
    if (bucket < kFractions) return bucket;
    const std::size_t shift = bucket / kFractions - 1;
    return ((bucket % kFractions + kFractions + 1) << shift) - 1;
  }

  std::array<std::uint32_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t greatest_ = 0;
};

}  // namespace kaskado::bench
