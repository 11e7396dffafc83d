// Sound as it comes, in a line without gaps: what an encoder cuts its frames from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "media/audio_frame.hpp"
#include "media/resampler.hpp"

namespace kaskado::media {

// Follows the frames' times: a clock that runs fast or slow by playing all a little faster or slower, small
// gaps by silence, overlaps by leaving out. Beyond kMostGap it begins anew. Belongs to one strand.
class SoundLine {
 public:
  // What frames' times may be off without being a gap.
  static constexpr base::Duration kSlack = std::chrono::milliseconds{40};
  static constexpr base::Duration kMostGap = std::chrono::milliseconds{200};
  // In which what is off is made up for.
  static constexpr base::Duration kSettling = std::chrono::seconds{8};

  // Mono or stereo.
  SoundLine(int sample_rate, int channels);

  // False: the line begins anew with this frame; before it comes, end() and cut() what is left.
  bool follows(const AudioFrame& frame) const;
  void append(const AudioFrame& frame);

  // Of one channel.
  std::size_t samples() const { return line_.size() / static_cast<std::size_t>(channels_); }
  // Of the first sample in the line.
  base::Instant time() const { return start_ + duration_of(cut_); }
  base::Instant arrived() const { return arrived_; }
  // Takes so many samples a channel; silence where there are fewer.
  void cut(std::size_t samples, std::vector<std::int16_t>& into);
  // Takes what the resampler holds back into the line, which ends there.
  void end();

 private:
  base::Duration duration_of(std::int64_t samples) const {
    return base::Duration{samples * 1'000'000'000 / resampler_.to_rate()};
  }
  // When the next sample that comes in is expected.
  base::Instant expected() const {
    return start_ + duration_of(cut_ + static_cast<std::int64_t>(samples())) +
           (begun_ ? resampler_.latency() : base::Duration{});
  }
  base::Duration off(const AudioFrame& frame) const { return frame.time - expected(); }
  void begin(const AudioFrame& frame);
  void follow(base::Duration off);

  int channels_;
  Resampler resampler_;
  bool begun_ = false;
  base::Instant start_{};    // of the line's first sample ever
  std::int64_t cut_ = 0;     // samples, since then
  base::Instant arrived_{};  // of the line's first sample
  base::Instant last_arrived_{};
  double mean_off_s_ = 0;
  int followed_ = 0;  // frames since the speed was set
  std::vector<std::int16_t> line_;
  std::vector<std::int16_t> mixed_;
};

}  // namespace kaskado::media
