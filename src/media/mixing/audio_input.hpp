// One input of a mixer: a small jitter queue that gives a block of sound at every tick.
//
// Frames say when they are to be heard, and are: `shift` later where they would come too late, until they
// have come in time for long enough. What a clock runs faster or slower is made up for by blocks of some
// samples more or fewer. What does not follow on each other is joined by a seam of 10 ms, so there are no
// clicks: at the beginning, at gaps, where frames did not come in time and where some are left out.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/ring.hpp"
#include "media/audio_frame.hpp"
#include "media/mixing/audio_block.hpp"
#include "media/mixing/sample_ring.hpp"
#include "media/mixing/seam.hpp"

namespace kaskado::media {

struct AudioInputBlock {
  std::span<const std::int16_t> samples;  // interleaved; empty where there is silence
  double energy = 0;                      // the sum of their squares
  base::Instant arrived{};                // of the first
};

class AudioInput {
 public:
  // Longer ones are left out: no codec makes them.
  static constexpr int kMaxFrameSamples = 5760;  // 120 ms
  // That wait, after a tick. What is beyond is left out, the oldest first.
  static constexpr int kMaxQueuedSamples = 9600;  // 200 ms
  // To be heard later than frames say, rather than to leave out what comes late.
  static constexpr int kMaxShiftSamples = 7680;  // 160 ms: 200 with the mixing delay
  // Whose samples are no further from zero is silent.
  static constexpr int kSilentPeak = 2;

  // Mono or stereo; others are left out.
  void take(const AudioFrame& frame);
  // The next kBlockSamples, of which the first is to be heard at `due`; valid until the next call. To be
  // called with a `due` that grows by kBlockDuration; by more, where blocks were left out.
  AudioInputBlock next(base::Instant due);

  // 0 until the first frame.
  int channels() const { return ring_.channels(); }
  // By how much its frames are heard later than they say and than the mixing delay; less than 0: earlier.
  base::Duration shift() const { return to_duration(shift_); }
  // How often there was nothing to be heard, though there had been before.
  std::uint64_t underruns() const { return underruns_; }

 private:
  // Samples that follow on each other.
  struct Segment {
    std::int64_t start = 0;
    base::Instant time{};  // of the first, as the last frames say
  };

  // Frames' times within it are the same stream's; beyond, there is a gap.
  static constexpr base::Duration kMaxDeviation = std::chrono::milliseconds{10};
  static constexpr int kSmoothing = 16;
  // Kept in time by stretching once it is further from it, until it is nearer; by 0.4 % at the most, or 7
  // cents, which nobody hears.
  static constexpr int kStretchFrom = 48, kStretchUntil = 4;
  static constexpr int kUsualStretch = 4;
  // Beyond this, it jumps.
  static constexpr int kMaxLateness = 2880;  // 60 ms
  // What is added to a lateness, so that the next frame is not late too.
  static constexpr int kCushion = 480;
  // How long frames took, and the least that was left after a block, decide on the shift, once a second. What
  // is left may be a frame less when the next one comes a little later, so it tells of the next tick only.
  static constexpr int kWindowBlocks = 50;
  static constexpr int kLeastMargin = 240, kEnoughMargin = 1200;
  static constexpr int kMostMargin = 7680, kSmallMargin = 5760;
  static constexpr int kShiftStep = 96;

  struct Window {
    int blocks = 0;
    int least_margin = 0;
    int frames = 0;
    base::Duration shortest_travel{};
    base::Duration longest_travel{};
  };

  int queued() const { return static_cast<int>(ring_.end() - read_); }
  base::Instant time_of_next() const;
  std::int64_t lateness(base::Instant due) const;
  int available() const;
  void start_stream(int channels);
  void add_to_segment(const AudioFrame& frame);
  void drop_finished_segments();
  void skip(std::int64_t samples);

  void resync(base::Instant due);
  bool stretch_block(base::Instant due);
  int choose_stretch(base::Instant due);
  int play(int position);
  int wait(base::Instant due, int position);
  void make_up_for(std::int64_t late);
  std::int64_t needed_shift() const;
  void adapt_shift();
  void note_travel(base::Duration travel);

  std::span<std::int16_t> block_part(int position, int count);
  void begin_seam(int position);
  void write_silence(int position, int count);
  AudioInputBlock finish_block(base::Instant arrived);

  SampleRing ring_;
  base::Ring<Segment> segments_{16};
  std::int64_t read_ = 0;
  std::int64_t shift_ = 0;
  base::Duration travel_{};  // from a frame's time to its arrival
  bool playing_ = false;
  bool stretching_ = false;
  bool in_time_ = true;    // but for what one stretched block can make up for
  bool left_out_ = false;  // samples, since the last block
  bool heard_ = false;     // whether the last block was other than zeros
  Seam seam_;
  Window window_;
  std::uint64_t underruns_ = 0;
  // The end of the last block, and the block.
  std::array<std::int16_t, static_cast<std::size_t>(Seam::kSamples + kBlockSamples) * kMaxChannels> output_{};
};

}  // namespace kaskado::media
