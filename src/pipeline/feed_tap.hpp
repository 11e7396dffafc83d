// Somebody who follows a feed otherwise than by sending it to a peer: another shard, a decoder.
#pragma once

#include <span>

#include "codec/encoded_frame.hpp"
#include "pipeline/feed_layer.hpp"
#include "rtp/media_packet.hpp"

namespace kaskado::pipeline {

// Told by the feed, in order.
class FeedTap {
 public:
  // Another stream of the feed is the one to follow, or its formats are others.
  virtual void source_changed() = 0;
  virtual void forward(std::span<const rtp::MediaPacket> run) = 0;
  // The same media, of a feed that gives_frames().
  virtual void forward_frame(const codec::EncodedFrame&) {}
  // Of a feed that has layers, or is one: what there is of all of them.
  virtual void layers_changed(std::span<const FeedLayer>) {}
  // A sender report has come.
  virtual void clock_changed() = 0;
  // The feed goes: detach from it.
  virtual void feed_gone() = 0;

 protected:
  ~FeedTap() = default;
};

}  // namespace kaskado::pipeline
