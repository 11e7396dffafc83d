#include "rtp/bandwidth/trendline.hpp"

#include <algorithm>
#include <cmath>

namespace kaskado::rtp {

namespace {

constexpr double kSmoothing = 0.9;
// Makes of a slope what the threshold's milliseconds are compared with.
constexpr double kGain = 4;
constexpr std::uint32_t kMostCounted = 60;
// How long the trend must stand above the threshold (§5.5, overuse_time_th).
constexpr double kOverFor_ms = 10;
// §5.5: K_u, K_d, and what del_var_th stays within; deviations as large are route changes, not queues.
constexpr double kUp = 0.0087, kDown = 0.039;
constexpr double kLeastThreshold_ms = 6, kMostThreshold_ms = 600;
constexpr double kMostDeviation_ms = 15;
constexpr double kMostStep_ms = 100;

double to_ms(base::Duration span) {
  return std::chrono::duration<double, std::milli>(span).count();
}

}  // namespace

void Trendline::add(const GroupDelay& delay, base::Duration arrived) {
  if (count_ == 0) first_arrived_ = adapted_ = arrived;
  delay_ms_ += to_ms(delay.variation());
  smoothed_ms_ = kSmoothing * smoothed_ms_ + (1 - kSmoothing) * delay_ms_;
  samples_[count_++ % kWindow] = {static_cast<float>(to_ms(arrived - first_arrived_)),
                                  static_cast<float>(smoothed_ms_)};
  slope_before_ = slope_;
  if (count_ >= kWindow) slope_ = slope();
  trend_ms_ = std::min(count_, kMostCounted) * slope_ * kGain;
  detect(to_ms(delay.sent_apart));
  adapt(arrived);
}

double Trendline::slope() const {
  double mean_x = 0, mean_y = 0;
  for (const Sample& sample : samples_) mean_x += sample.arrived_ms, mean_y += sample.delay_ms;
  mean_x /= kWindow;
  mean_y /= kWindow;
  double above = 0, below = 0;
  for (const Sample& sample : samples_) {
    const double x = sample.arrived_ms - mean_x;
    above += x * (sample.delay_ms - mean_y);
    below += x * x;
  }
  return below > 0 ? above / below : slope_;
}

// §5.5: over for some time, in more than one burst, and not on its way down already.
void Trendline::detect(double sent_apart_ms) {
  if (trend_ms_ <= threshold_ms_) {
    over_for_ms_ = -1;
    over_count_ = 0;
    use_ = trend_ms_ < -threshold_ms_ ? NetworkUse::under : NetworkUse::normal;
    return;
  }
  over_for_ms_ = over_for_ms_ < 0 ? sent_apart_ms / 2 : over_for_ms_ + sent_apart_ms;
  ++over_count_;
  if (over_for_ms_ <= kOverFor_ms || over_count_ < 2 || slope_ < slope_before_) return;
  over_for_ms_ = 0;
  over_count_ = 0;
  use_ = NetworkUse::over;
}

// Follows the trend, slowly up and faster down, so that a queue which others fill does not starve this
// sender.
void Trendline::adapt(base::Duration arrived) {
  const double deviation = std::abs(trend_ms_) - threshold_ms_;
  const double passed_ms = std::clamp(to_ms(arrived - adapted_), 0.0, kMostStep_ms);
  adapted_ = arrived;
  if (deviation > kMostDeviation_ms) return;
  threshold_ms_ += (deviation < 0 ? kDown : kUp) * deviation * passed_ms;
  threshold_ms_ = std::clamp(threshold_ms_, kLeastThreshold_ms, kMostThreshold_ms);
}

}  // namespace kaskado::rtp
