// One line of time out of what containers say: where their clock jumps, as in recordings that were put
// together or streams that begin anew, time goes on.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/time.hpp"

namespace kaskado::media {

// Of the tracks of one container, which share its clock and its jumps.
class Timeline {
 public:
  static constexpr std::size_t kMostTracks = 2;
  // Further ahead of every track is a jump; less is a pause in what was recorded.
  static constexpr base::Duration kMostAhead = std::chrono::seconds{10};
  // Further behind its own track, too.
  static constexpr base::Duration kMostBack = std::chrono::seconds{1};

  // Where a frame belongs: `decode_time` as the container has it. Grows for each track, as a rule, and never
  // jumps.
  base::Duration place(std::size_t track, base::Duration decode_time, base::Duration duration);
  // What the last place() has added.
  base::Duration shift(std::size_t track) const { return tracks_[track].shift; }
  // A new beginning, as after seeking.
  void restart() { *this = {}; }

 private:
  struct Track {
    std::optional<base::Duration> last;  // as placed
    base::Duration behind{};             // where the next is expected
    base::Duration shift{};
  };

  bool is_jump(const Track& track, base::Duration placed) const;
  base::Duration shift_for(const Track& track, base::Duration decode_time) const;

  std::array<Track, kMostTracks> tracks_;
};

}  // namespace kaskado::media
