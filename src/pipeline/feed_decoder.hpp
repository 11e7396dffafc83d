// A feed's packets as raw frames: put in order and together here, decoded in the compute pool.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "media/audio_decode_stage.hpp"
#include "media/jitter_buffer.hpp"
#include "media/video_decode_stage.hpp"
#include "pipeline/feed_tap.hpp"
#include "pipeline/media_format.hpp"
#include "pipeline/raw_media.hpp"
#include "pipeline/timed.hpp"

namespace kaskado::pipeline {

class RtpFeed;

// Owned by the feed, while somebody wants its frames.
class FeedDecoder final : public FeedTap, private Timed {
 public:
  explicit FeedDecoder(RtpFeed& feed);
  ~FeedDecoder() override;

  RawMedia frames() const { return media_; }

  void source_changed() override;
  void forward(std::span<const rtp::MediaPacket> run) override;
  void clock_changed() override;
  void feed_gone() override {}

 private:
  base::Instant deadline() const override;
  void advance(base::Instant now) override;
  void make_buffer();
  // Hands on what is ready.
  void drain();
  std::function<void()> key_frame_wish();

  RtpFeed& feed_;
  // By which wishes from the compute pool find their way, if this is still there.
  const std::shared_ptr<RtpFeed*> address_;
  std::vector<MediaFormat> formats_;  // that the buffer was made for
  std::unique_ptr<media::JitterBuffer> buffer_;
  std::shared_ptr<media::VideoDecodeStage> video_;
  std::shared_ptr<media::AudioDecodeStage> audio_;
  RawMedia media_;
};

}  // namespace kaskado::pipeline
