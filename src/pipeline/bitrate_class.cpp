#include "pipeline/bitrate_class.hpp"

#include <utility>

namespace kaskado::pipeline {

bool BitrateClass::receive(std::uint64_t bitrate_bps, const SharedRates& others, base::Instant now) {
  const auto bps = static_cast<double>(bitrate_bps);
  const bool slow = value_ + 1 < kClasses && bps < kSlowShare * static_cast<double>(others.here_bps);
  const bool fast = value_ > 0 && others.above_bps > 0 && bps >= kFastShare * static_cast<double>(others.above_bps);
  const int step = slow ? 1 : fast ? -1 : 0;
  if (std::exchange(step_, step) != step) since_ = now;
  if (step == 0 || now - since_ < (slow ? kSlowFor : kFastFor)) return false;
  value_ += step;
  step_ = 0;
  return true;
}

}  // namespace kaskado::pipeline
