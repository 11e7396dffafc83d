#include "media/playback/live_clock.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::media {

void LiveClock::observe(base::Duration position, base::Instant now) {
  const base::Duration travelled = now.time_since_epoch() - position;
  fastest_.add(travelled, now);
  if (!started_at_) {
    started_at_ = followed_at_ = now;
    offset_ = travelled;
  }
  const base::Duration least = fastest_.least();
  if (now - *started_at_ < kBeginning) {
    offset_ = least;
    return;
  }
  slowest_.add(-travelled, now);
  const base::Duration most = least + most_delay_;
  const base::Duration wanted = std::min(-slowest_.least(), most);
  constexpr int kPartOfTime = 50;
  const base::Duration back = (now - std::exchange(followed_at_, now)) / kPartOfTime;
  offset_ = std::clamp(std::max(wanted, offset_ - back), least, most);
}

void LiveClock::restart() {
  *this = LiveClock(most_delay_);
}

}  // namespace kaskado::media
