// Follows a feed for its coded frames: whole, in order, with their times. Of most feeds they are put together
// here from packets; a feed that has frames hands them over as they are.
#pragma once

#include <memory>
#include <vector>

#include "media/jitter_buffer.hpp"
#include "pipeline/feed_tap.hpp"
#include "pipeline/media_format.hpp"
#include "pipeline/timed.hpp"

namespace kaskado::pipeline {

class RtpFeed;
class Shard;

// Belongs to the shard of the feeds that it follows. Whoever derives from it lets go of the feed, by
// follow(nullptr), in its destructor.
class FrameTap : public FeedTap, private Timed {
 public:
  explicit FrameTap(Shard& shard);

  // The one whose frames come from now on, or nullptr. A key frame is asked for.
  void follow(RtpFeed* feed);
  RtpFeed* followed_feed() const { return feed_; }
  // Something that was handed on is of no use: the next that is should be a key frame.
  void request_key_frame();

  void source_changed() override;
  void forward(std::span<const rtp::MediaPacket> run) override;
  void forward_frame(const codec::EncodedFrame& frame) override;
  void clock_changed() override;

 protected:
  ~FrameTap() override;

  virtual void take(codec::EncodedFrame frame) = 0;
  // As source_changed(): the place to choose another feed.
  virtual void on_source_changed() {}
  Shard& tapped_shard() const { return shard_; }

 private:
  base::Instant deadline() const override;
  void advance(base::Instant now) override;
  void make_buffer();
  void drain();

  Shard& shard_;
  RtpFeed* feed_ = nullptr;
  std::vector<MediaFormat> formats_;  // that the buffer was made for
  std::unique_ptr<media::JitterBuffer> buffer_;
};

}  // namespace kaskado::pipeline
