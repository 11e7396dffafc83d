// When a mixer has to make its next picture and its next block of sound.
//
// After a stall there is no burst: pictures that are past are left out, of sound only the last 100 ms is made
// up.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "media/mixing/audio_block.hpp"

namespace kaskado::media {

class MixingClock {
 public:
  // Of sound, in one call.
  static constexpr int kMaxBlocks = 5;
  static constexpr double kMaxFramesPerSecond = 120;

  struct Due {
    std::optional<base::Instant> picture;
    // So many blocks, kBlockDuration apart.
    int blocks = 0;
    base::Instant first_block{};
  };

  // Both begin at `start`. `frames_per_second` is above 0; beyond the most it counts as that.
  MixingClock(double frames_per_second, base::Instant start);

  // What is due at `now`, once; `now` does not go back.
  Due advance(base::Instant now);
  // When advance() will have something.
  base::Instant deadline() const { return std::min(time_of_picture(next_picture_), next_block_); }
  // From the next picture on.
  void set_frames_per_second(double frames_per_second);

  std::uint64_t skipped_pictures() const { return skipped_pictures_; }
  std::uint64_t skipped_blocks() const { return skipped_blocks_; }

 private:
  base::Instant time_of_picture(std::int64_t number) const;
  std::int64_t last_picture_at(base::Instant now) const;

  base::Instant first_picture_;
  double interval_ns_;
  std::int64_t next_picture_ = 0;
  base::Instant next_block_;
  std::uint64_t skipped_pictures_ = 0;
  std::uint64_t skipped_blocks_ = 0;
};

}  // namespace kaskado::media
