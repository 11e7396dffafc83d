// Whether the queue on the way grows: the slope of the delay over the last bursts against a threshold that
// adapts (draft-ietf-rmcat-gcc-02 §5.4, §5.5, with a line of least squares in the place of the Kalman
// filter).
#pragma once

#include <array>
#include <cstdint>

#include "rtp/bandwidth/arrival_groups.hpp"

namespace kaskado::rtp {

enum class NetworkUse : std::uint8_t { normal, over, under };

class Trendline {
 public:
  // The burst came at `arrived`, on the receiver's clock.
  void add(const GroupDelay& delay, base::Duration arrived);
  NetworkUse use() const { return use_; }
  // What the detector compares, in milliseconds.
  double trend_ms() const { return trend_ms_; }
  double threshold_ms() const { return threshold_ms_; }

 private:
  static constexpr std::size_t kWindow = 20;
  struct Sample {
    float arrived_ms = 0;
    float delay_ms = 0;
  };

  double slope() const;
  void detect(double sent_apart_ms);
  void adapt(base::Duration arrived);

  std::array<Sample, kWindow> samples_{};
  std::uint32_t count_ = 0;
  base::Duration first_arrived_{};
  base::Duration adapted_{};
  double delay_ms_ = 0;  // since the first burst
  double smoothed_ms_ = 0;
  double slope_ = 0;
  double trend_ms_ = 0;
  double slope_before_ = 0;
  double threshold_ms_ = 12.5;
  double over_for_ms_ = -1;  // not over where negative
  std::uint32_t over_count_ = 0;
  NetworkUse use_ = NetworkUse::normal;
};

}  // namespace kaskado::rtp
