// How much came in during the last second: bytes, packets or frames.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/time.hpp"

namespace kaskado::rtp {

// Sixteen buckets of 2^26 ns (67 ms): the window is 1.07 s. No allocation; each call clears at most 16
// buckets.
class RateMeter {
 public:
  void add(std::uint32_t amount, base::Instant now) {
    move_to(now);
    buckets_[static_cast<std::size_t>(newest_) % kBuckets] += amount;
    total_ += amount;
  }

  // Per second, over the part of the window since the first amount, at least one bucket.
  std::uint64_t per_second(base::Instant now) {
    if (!started_) return 0;
    move_to(now);
    const std::int64_t window_start =
        std::max(first_, (newest_ - std::int64_t{kBuckets} + 1) << kBucketShift);
    const std::int64_t span = std::max(now.time_since_epoch().count() - window_start, kBucketNs);
    return total_ * 1'000'000'000u / static_cast<std::uint64_t>(span);
  }

 private:
  static constexpr std::size_t kBuckets = 16;
  static constexpr int kBucketShift = 26;
  static constexpr std::int64_t kBucketNs = std::int64_t{1} << kBucketShift;

  void move_to(base::Instant now) {
    const std::int64_t bucket = now.time_since_epoch().count() >> kBucketShift;
    if (!started_) {
      started_ = true;
      first_ = now.time_since_epoch().count();
      newest_ = bucket;
    }
    if (bucket <= newest_) return;
    const std::int64_t steps = std::min<std::int64_t>(bucket - newest_, kBuckets);
    for (std::int64_t i = 0; i < steps; ++i) {
      std::uint32_t& passed = buckets_[static_cast<std::size_t>(bucket - i) % kBuckets];
      total_ -= passed;
      passed = 0;
    }
    newest_ = bucket;
  }

  std::array<std::uint32_t, kBuckets> buckets_{};
  std::uint64_t total_ = 0;
  std::int64_t newest_ = 0;
  std::int64_t first_ = 0;
  bool started_ = false;
};

}  // namespace kaskado::rtp
