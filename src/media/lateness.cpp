#include "media/lateness.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace kaskado::media {

namespace {

constexpr base::Duration kForgettingStep = std::chrono::milliseconds{500};
constexpr double kForgetting_s = 20;

}  // namespace

void Lateness::add(base::Duration lateness, base::Instant now) {
  if (total_ == 0) forgotten_at_ = now;
  if (now - forgotten_at_ >= kForgettingStep) forget(now);
  const auto steps = std::clamp<std::int64_t>((lateness + kStep - base::Duration{1}) / kStep, 0, kSteps - 1);
  weights_[static_cast<std::size_t>(steps)] += 1;
  total_ += 1;
}

void Lateness::forget(base::Instant now) {
  const double passed = std::min(base::to_seconds(now - forgotten_at_), kForgetting_s);
  const auto kept = static_cast<float>(std::exp(-passed / kForgetting_s));
  for (float& weight : weights_) weight *= kept;
  total_ *= kept;
  forgotten_at_ = now;
}

base::Duration Lateness::quantile(double share) const {
  // Sums of floats do not add up to the last bit.
  const auto wanted = static_cast<float>(share) * total_ * 0.9999f;
  float seen = 0;
  for (std::size_t i = 0; i < kSteps; ++i) {
    seen += weights_[i];
    if (seen > 0 && seen >= wanted) return static_cast<std::int64_t>(i) * kStep;
  }
  return {};
}

}  // namespace kaskado::media
