#include "media/mixing/mixing_clock.hpp"

#include <algorithm>
#include <cmath>

namespace kaskado::media {
namespace {

double interval_ns(double frames_per_second) {
  return 1e9 / std::min(frames_per_second, MixingClock::kMaxFramesPerSecond);
}

}  // namespace

MixingClock::MixingClock(double frames_per_second, base::Instant start)
    : first_picture_(start), interval_ns_(interval_ns(frames_per_second)), next_block_(start) {}

// From the first: so nothing adds up that is lost by rounding.
base::Instant MixingClock::time_of_picture(std::int64_t number) const {
  return first_picture_ + base::Duration{std::llround(static_cast<double>(number) * interval_ns_)};
}

std::int64_t MixingClock::last_picture_at(base::Instant now) const {
  auto number =
      static_cast<std::int64_t>(static_cast<double>((now - first_picture_).count()) / interval_ns_) + 1;
  while (time_of_picture(number) > now) --number;
  return number;
}

void MixingClock::set_frames_per_second(double frames_per_second) {
  first_picture_ = time_of_picture(next_picture_);
  next_picture_ = 0;
  interval_ns_ = interval_ns(frames_per_second);
}

MixingClock::Due MixingClock::advance(base::Instant now) {
  Due due;
  if (time_of_picture(next_picture_) <= now) {
    const std::int64_t last = last_picture_at(now);
    skipped_pictures_ += static_cast<std::uint64_t>(last - next_picture_);
    due.picture = time_of_picture(last);
    next_picture_ = last + 1;
  }
  if (next_block_ <= now) {
    const std::int64_t blocks = (now - next_block_) / kBlockDuration + 1;
    const std::int64_t left_out = std::max<std::int64_t>(0, blocks - kMaxBlocks);
    skipped_blocks_ += static_cast<std::uint64_t>(left_out);
    due.blocks = static_cast<int>(blocks - left_out);
    due.first_block = next_block_ + left_out * kBlockDuration;
    next_block_ += blocks * kBlockDuration;
  }
  return due;
}

}  // namespace kaskado::media
