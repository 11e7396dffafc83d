#include "pipeline/frame_input.hpp"

#include "pipeline/rtp_feed.hpp"

namespace kaskado::pipeline {

void FrameInput::bind(RtpFeed* origin) {
  if (origin == origin_) return;
  if (origin_) {
    part(media_, sink_);
    media_ = {};
    origin_->release_frames();
    origin_->detach(*this);
  }
  origin_ = origin;
  if (!origin_) return;
  origin_->attach(*this);
  media_ = origin_->hold_frames();
  join(media_, sink_);
}

}  // namespace kaskado::pipeline
