// The times that a track's frames have in a file: in order, without jitter, and never far from those that
// they came with.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace kaskado::media {

// Of one track of sound. Frames that follow each other but for this much stand end to end.
class SoundClock {
 public:
  static constexpr base::Duration kSlack = std::chrono::milliseconds{5};

  // Nothing where its time is taken already.
  std::optional<base::Duration> place(base::Duration time, base::Duration duration);
  // Where the next frame is expected; nothing before the first.
  std::optional<base::Duration> expected() const { return expected_; }

 private:
  std::optional<base::Duration> expected_;
  base::Duration last_{};
};

// Of one track of pictures.
class PictureClock {
 public:
  struct Placed {
    base::Duration time{};
    base::Duration decode_time{};
    base::Duration duration{};  // as of those before: how long it is shown is not known yet
  };

  // Between two pictures; a picture that is to be shown before others that came before it is one that is
  // reordered.
  static constexpr base::Duration kLeastInterval = std::chrono::milliseconds{1};
  // By more than this no picture is reordered: its time is wrong.
  static constexpr base::Duration kMostReordering = std::chrono::milliseconds{500};

  // A key frame is shown behind all that came before it. Where its time says otherwise, another source has
  // taken over: then nothing that follows is shown before it either.
  Placed place(base::Duration time, bool key_frame);

 private:
  std::optional<Placed> last_;
  base::Duration newest_{};                            // that is shown
  base::Duration taken_over_ = base::Duration::min();  // where another source has, the last time
  base::Duration reordering_{};                        // how far decoding goes ahead
};

}  // namespace kaskado::media
