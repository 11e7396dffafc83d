// One track of a source on its way into the pipeline.
#pragma once

#include <memory>
#include <optional>

#include "container/track.hpp"
#include "pipeline/playback/played_feed.hpp"

namespace kaskado::pipeline {

// The format in which frames of the track can go out as packets; nothing where they have to be decoded.
// `as_they_are`: also those that are shown in another order, which no browser can do.
std::optional<MediaFormat> packet_format(const container::Track& track, bool as_they_are);

class PlayedTrack {
 public:
  PlayedTrack(Shard& shard, FeedOwner& owner, container::Track track, bool as_they_are);

  MediaType type() const { return type_; }
  const container::Track& track() const { return track_; }
  RtpFeed& feed() { return packets_ ? static_cast<RtpFeed&>(*packets_) : *frames_; }
  bool is_decoded() const { return frames_ != nullptr; }
  // Whether what comes of the other track can come out here.
  bool fits(const container::Track& other) const;

  // `shown` is when it is to be seen or heard, on the server's clock.
  void take(const container::TrackFrame& frame, base::Instant shown, base::Instant now);
  void drain() {
    if (frames_) frames_->drain();
  }

 private:
  // Sound whose times are only nearly right, as those of milliseconds are, is put where it belongs behind
  // what was before.
  std::int64_t rtp_time(base::Instant shown, base::Duration duration);

  const container::Track track_;
  const bool as_they_are_;
  const MediaType type_;
  std::uint32_t clock_rate_;
  std::unique_ptr<PlayedPackets> packets_;  // this or the other
  std::unique_ptr<PlayedFrames> frames_;
  std::optional<std::int64_t> expected_rtp_;
};

}  // namespace kaskado::pipeline
