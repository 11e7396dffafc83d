// A feed's packets as raw frames: put in order and together here, decoded in the compute pool.
#pragma once

#include <functional>
#include <memory>

#include "media/audio_decode_stage.hpp"
#include "media/video_decode_stage.hpp"
#include "pipeline/frame_tap.hpp"
#include "pipeline/raw_media.hpp"

namespace kaskado::pipeline {

// Owned by the feed, while somebody wants its frames.
class FeedDecoder final : public FrameTap {
 public:
  explicit FeedDecoder(RtpFeed& feed);
  ~FeedDecoder() override;

  RawMedia frames() const { return media_; }

  void feed_gone() override {}

 private:
  void take(codec::EncodedFrame frame) override;
  std::function<void()> key_frame_wish(RtpFeed& feed);

  // By which wishes from the compute pool find their way, if this is still there.
  const std::shared_ptr<RtpFeed*> address_;
  std::shared_ptr<media::VideoDecodeStage> video_;
  std::shared_ptr<media::AudioDecodeStage> audio_;
  RawMedia media_;
};

}  // namespace kaskado::pipeline
