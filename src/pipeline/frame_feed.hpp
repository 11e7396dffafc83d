// Media that an element makes as raw frames: a filter's pictures, a mixer's sound. Whoever wants packets of it
// gets a variant.
#pragma once

#include "pipeline/rtp_feed.hpp"

namespace kaskado::pipeline {

// Owned by the element.
class FrameFeed final : public RtpFeed {
 public:
  FrameFeed(Shard& shard, FeedOwner& owner, MediaType type, RawMedia media);
  ~FrameFeed() override { end(); }

  bool makes_frames() const override { return true; }
  RawMedia hold_frames() override { return media_; }
  void release_frames() override {}
  // Each encoder sees to its own.
  void request_key_frame(base::Instant) override {}

 private:
  const RawMedia media_;
};

}  // namespace kaskado::pipeline
