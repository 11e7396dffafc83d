// Constant bitrate for an encoder that knows none which can be changed: chooses the quantizer of each
// picture.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>

#include "base/time.hpp"

namespace kaskado::codec {

// A leaky bucket: pictures fill it, time empties it at the bitrate. The quantizer follows how large pictures
// come out and how full the bucket is.
class H263RateControl {
 public:
  explicit H263RateControl(int bitrate_bps) : bitrate_bps_(bitrate_bps) {}

  void set_bitrate(int bitrate_bps) { bitrate_bps_ = std::max(bitrate_bps, 1000); }

  // The quantizer (1 to 31, ITU-T H.263 §5.1.19) of the next picture; nothing where it is better left out.
  std::optional<int> next(base::Duration since_last, bool key_frame) {
    const double seconds = std::clamp(base::to_seconds(since_last), 0.001, 1.0);
    share_bits_ = bitrate_bps_ * seconds;
    waiting_bits_ = std::max(waiting_bits_ - share_bits_, 0.0);
    if (!key_frame && waiting_bits_ > bitrate_bps_ * kMostWaitingSeconds) return std::nullopt;
    return static_cast<int>(std::lround(std::clamp(quantizer_, kLowest, kHighest)));
  }

  void encoded(std::size_t bytes, bool key_frame) {
    const double bits = static_cast<double>(bytes) * 8;
    waiting_bits_ += bits;
    // A key frame says little about those that follow it; what it has filled makes them smaller.
    const double fullness = waiting_bits_ / (bitrate_bps_ * kMostWaitingSeconds);
    const double aim = share_bits_ * std::max(1.25 - fullness, 0.25);
    const double ratio = key_frame ? 1 + fullness / 4 : std::clamp(bits / aim, 0.5, 2.0);
    quantizer_ = std::clamp(quantizer_ * std::sqrt(ratio), kLowest, kHighest);
  }

 private:
  static constexpr double kLowest = 2;
  static constexpr double kHighest = 31;
  static constexpr double kMostWaitingSeconds = 0.5;

  double bitrate_bps_;
  double share_bits_ = 0;
  double waiting_bits_ = 0;
  double quantizer_ = 8;
};

}  // namespace kaskado::codec
