#include "pipeline/feed_decoder.hpp"

#include <utility>

#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

FeedDecoder::FeedDecoder(RtpFeed& feed)
    : FrameTap(feed.shard()), address_(std::make_shared<RtpFeed*>(&feed)) {
  const Shard::Compute& compute = feed.shard().compute();
  const auto strand = base::Strand::create(compute.executor);
  if (feed.type() == MediaType::video) {
    media_.video = video_ = media::VideoDecodeStage::create(
        {.strand = strand, .clock = compute.clock, .wish_key_frame = key_frame_wish(feed)});
  } else {
    media_.audio = audio_ = media::AudioDecodeStage::create({.strand = strand, .clock = compute.clock});
  }
  follow(&feed);
}

FeedDecoder::~FeedDecoder() {
  follow(nullptr);
}

std::function<void()> FeedDecoder::key_frame_wish(RtpFeed& feed) {
  return [post_back = feed.shard().compute().post_back, address = std::weak_ptr(address_)] {
    post_back([address](Shard& shard) {
      if (const auto wanted = address.lock()) (*wanted)->request_key_frame(shard.now());
    });
  };
}

void FeedDecoder::take(codec::EncodedFrame frame) {
  if (video_) video_->take(std::move(frame));
  if (audio_) audio_->take(std::move(frame));
}

}  // namespace kaskado::pipeline
