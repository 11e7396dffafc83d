// The mean of the durations that came lately: each weighs 1/16.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace kaskado::base {

class MeanDuration {
 public:
  void add(Duration value) { mean_ = mean_ ? *mean_ + (value - *mean_) / 16 : value; }
  // Nothing before the first.
  std::optional<Duration> value() const { return mean_; }

 private:
  std::optional<Duration> mean_;
};

}  // namespace kaskado::base
