// How much of what was sent has come in, by the receiver's own clock (R_hat of draft-ietf-rmcat-gcc-02 §5.6).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace kaskado::rtp {

// Over the last half second, in sixteenths of it.
class AcknowledgedRate {
 public:
  void add(std::uint32_t bytes, base::Duration arrived) {
    const std::int64_t bucket = arrived.count() >> kShift;
    if (!started_) {
      started_ = true;
      first_ = newest_ = bucket;
    }
    if (bucket < newest_ - kBuckets / 2) {  // its clock has been set back
      if (bucket < newest_ - 100 * kBuckets) *this = {};
      return;
    }
    for (std::int64_t passed = std::max(newest_ + 1, bucket - kBuckets + 1); passed <= bucket; ++passed)
      of(passed) = 0;
    newest_ = std::max(newest_, bucket);
    of(bucket) += bytes;
  }
  // Nothing before a quarter of a second of it has been seen. The newest bucket is not full yet.
  std::optional<double> bps() const {
    const std::int64_t whole = std::min<std::int64_t>(newest_ - first_, kBuckets - 1);
    if (!started_ || whole < kBuckets / 2) return std::nullopt;
    std::uint64_t bytes = 0;
    for (std::int64_t i = 1; i <= whole; ++i) bytes += of(newest_ - i);
    return static_cast<double>(bytes * 8) / (static_cast<double>(whole << kShift) * 1e-9);
  }

 private:
  static constexpr std::int64_t kBuckets = 16;
  static constexpr int kShift = 25;  // 34 ms
  std::uint32_t& of(std::int64_t bucket) {
    return buckets_[static_cast<std::size_t>(bucket & (kBuckets - 1))];
  }
  std::uint32_t of(std::int64_t bucket) const {
    return buckets_[static_cast<std::size_t>(bucket & (kBuckets - 1))];
  }

  std::array<std::uint32_t, kBuckets> buckets_{};
  std::int64_t first_ = 0;
  std::int64_t newest_ = 0;
  bool started_ = false;
};

}  // namespace kaskado::rtp
