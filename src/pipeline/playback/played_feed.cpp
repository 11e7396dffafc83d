#include "pipeline/playback/played_feed.hpp"

#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

RawMedia PlayedFrames::hold_frames() {
  if (holders_++ == 0) {
    const Shard::Compute& compute = shard().compute();
    const auto strand = base::Strand::create(compute.executor);
    if (type() == MediaType::video) {
      video_ = media::VideoDecodeStage::create({.strand = strand,
                                                .clock = compute.clock,
                                                .wish_key_frame = [] {},
                                                .make_decoder = decoders_.video});
    } else {
      audio_ = media::AudioDecodeStage::create(
          {.strand = strand, .clock = compute.clock, .make_decoder = decoders_.audio});
    }
  }
  return {video_, audio_};
}

void PlayedFrames::release_frames() {
  if (--holders_ > 0) return;
  video_.reset();
  audio_.reset();
}

void PlayedFrames::take(const codec::EncodedFrame& frame) {
  if (video_) video_->take(frame);
  if (audio_) audio_->take(frame);
}

void PlayedFrames::drain() {
  if (video_) video_->drain();
}

}  // namespace kaskado::pipeline
