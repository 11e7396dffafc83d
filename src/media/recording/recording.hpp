// From coded frames with their places on a time line to a container.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "codec/encoded_frame.hpp"
#include "container/muxer.hpp"
#include "media/recording/gaps_fix.hpp"
#include "media/recording/track_clock.hpp"

namespace kaskado::media {

struct RecordedFrame {
  codec::EncodedFrame frame;
  base::Duration time{};  // on the recording's line
};

// By kind of track.
struct ExpectedTracks {
  bool video = false;
  bool audio = false;
  bool operator==(const ExpectedTracks&) const = default;
};

struct RecordingSettings {
  using MakeMuxer = std::function<base::Result<std::unique_ptr<container::Muxer>>(container::MuxerSettings)>;

  container::ContainerFormat format = container::ContainerFormat::webm;
  GapsFix gaps_fix = GapsFix::none;
  // Called with the first frame that is written.
  MakeMuxer make_muxer;
  // A track that is expected is waited for so long: a file's tracks stand at its beginning.
  base::Duration most_waiting = std::chrono::seconds{2};
  std::size_t most_waiting_bytes = std::size_t{4} << 20;
};

struct RecordingStatistics {
  std::uint64_t written_frames = 0;
  std::uint64_t left_out_frames =
      0;                    // without use: before a key frame, of a track that came too late, or twice
  base::Duration length{};  // to the end of the last frame
};

// Reads no clock and belongs to one strand. After an error it is of no use; what is written stays as it is.
class Recording {
 public:
  explicit Recording(RecordingSettings settings) : settings_(std::move(settings)) {}

  // What is waited for, until the first frame is written.
  void expect(ExpectedTracks tracks) { expected_ = tracks; }
  // Frames of each kind in the order of decoding.
  base::Result<void> take(const RecordedFrame& recorded);
  // Nothing is written where nothing came.
  base::Result<void> finish();

  bool begun() const { return muxer_ != nullptr; }
  const RecordingStatistics& statistics() const { return statistics_; }

 private:
  struct OwnTrack {
    std::optional<container::Track> known;
    std::optional<std::size_t> index;  // in the container
    bool needs_key_frame = true;
  };

  OwnTrack& track(bool video) { return tracks_[video ? 0 : 1]; }
  // False where the frame is of no use.
  bool is_usable(const codec::EncodedFrame& frame);
  bool is_complete() const;
  base::Result<void> wait(const RecordedFrame& recorded);
  base::Result<void> begin();
  base::Result<void> write(const RecordedFrame& recorded);
  base::Result<void> write_sound(const codec::EncodedFrame& frame, base::Duration time, std::size_t index);
  base::Result<void> write_silence(const codec::EncodedFrame& like, base::Duration until, std::size_t index);
  base::Result<void> write_picture(const codec::EncodedFrame& frame, base::Duration time, std::size_t index);
  base::Result<void> put(const container::TrackFrame& frame);
  void close_gap(base::Duration time);

  const RecordingSettings settings_;
  ExpectedTracks expected_;
  std::array<OwnTrack, 2> tracks_;  // pictures, sound
  std::unique_ptr<container::Muxer> muxer_;
  std::vector<RecordedFrame> waiting_;  // for the beginning
  std::size_t waiting_bytes_ = 0;
  base::Duration origin_{};  // of the file, on the recording's line
  SoundClock sound_;
  PictureClock pictures_;
  RecordingStatistics statistics_;
};

}  // namespace kaskado::media
