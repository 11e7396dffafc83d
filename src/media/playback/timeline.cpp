#include "media/playback/timeline.hpp"

#include <algorithm>

namespace kaskado::media {

base::Duration Timeline::place(std::size_t number, base::Duration decode_time, base::Duration duration) {
  Track& track = tracks_[number];
  if (is_jump(track, decode_time + track.shift)) track.shift = shift_for(track, decode_time);
  const base::Duration placed = decode_time + track.shift;
  track.last = placed;
  track.behind = placed + std::clamp(duration, base::Duration{}, kMostBack);
  return placed;
}

bool Timeline::is_jump(const Track& track, base::Duration placed) const {
  if (track.last && placed < *track.last - kMostBack) return true;
  std::optional<base::Duration> newest;
  for (const Track& each : tracks_) {
    if (each.last) newest = std::max(newest.value_or(*each.last), *each.last);
  }
  return newest && placed > *newest + kMostAhead;
}

// As the other track had it, where that has jumped already; else so that it goes on.
base::Duration Timeline::shift_for(const Track& track, base::Duration decode_time) const {
  for (const Track& other : tracks_) {
    if (&other != &track && other.last && !is_jump(track, decode_time + other.shift)) return other.shift;
  }
  base::Duration expected = track.behind;
  for (const Track& other : tracks_) {
    if (!track.last && other.last) expected = std::max(expected, other.behind);
  }
  return expected - decode_time;
}

}  // namespace kaskado::media
