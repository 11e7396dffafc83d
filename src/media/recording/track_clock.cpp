#include "media/recording/track_clock.hpp"

#include <algorithm>
#include <chrono>

namespace kaskado::media {

namespace {

constexpr base::Duration kUsualInterval = std::chrono::milliseconds{33};
constexpr base::Duration kMostInterval = std::chrono::milliseconds{500};

}  // namespace

std::optional<base::Duration> SoundClock::place(base::Duration time, base::Duration duration) {
  if (expected_) {
    if (time <= last_) return std::nullopt;
    if (std::chrono::abs(time - *expected_) < kSlack) time = *expected_;
  }
  last_ = time;
  expected_ = time + duration;
  return time;
}

PictureClock::Placed PictureClock::place(base::Duration time, bool key_frame) {
  time = std::max(time, base::Duration{});
  if (!last_) {
    newest_ = time;
    last_ = Placed{time, time, kUsualInterval};
    return *last_;
  }
  const bool takes_over = key_frame && time <= newest_;
  if (takes_over || time <= taken_over_) time = newest_ + kLeastInterval;
  if (takes_over) taken_over_ = time;
  if (time < newest_ && newest_ - time < kMostReordering)
    reordering_ = std::max(reordering_, newest_ - time + kLeastInterval);
  const base::Duration decode_time = std::max(last_->decode_time + kLeastInterval, time - reordering_);
  const base::Duration interval = time > newest_ ? time - newest_ : last_->duration;
  newest_ = std::max(newest_, time);
  last_ =
      Placed{std::max(time, decode_time), decode_time, std::clamp(interval, kLeastInterval, kMostInterval)};
  return *last_;
}

}  // namespace kaskado::media
