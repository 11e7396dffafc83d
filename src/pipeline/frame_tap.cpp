#include "pipeline/frame_tap.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/feed_owner.hpp"
#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

namespace {

std::vector<media::JitterBufferPayload> payloads_of(const std::vector<MediaFormat>& formats) {
  std::vector<media::JitterBufferPayload> payloads;
  for (const MediaFormat& format : formats) {
    const auto codec = codec_of(format);
    if (!codec) continue;
    payloads.push_back(
        {.type = format.payload_type,
         .format = {.codec = *codec,
                    // RFC 4867 §8.1: bandwidth-efficient unless it says otherwise.
                    .octet_aligned = format.codec.parameters.number("octet-align").value_or(0) == 1},
         .clock_rate = format.codec.clock_rate,
         .channels = std::max<int>(1, format.codec.channels)});
  }
  return payloads;
}

}  // namespace

FrameTap::FrameTap(Shard& shard) : Timed(shard.timed()), shard_(shard) {}

FrameTap::~FrameTap() = default;

void FrameTap::follow(RtpFeed* feed) {
  if (feed == feed_) return;
  if (feed_) std::exchange(feed_, nullptr)->detach(*this);
  buffer_.reset();
  formats_.clear();
  feed_ = feed;
  if (feed_) {
    make_buffer();
    feed_->attach(*this);
    clock_changed();
    request_key_frame();
  }
  reschedule();
}

void FrameTap::request_key_frame() {
  if (feed_) feed_->request_key_frame(shard_.now());
}

void FrameTap::make_buffer() {
  formats_ = feed_->formats();
  const auto payloads =
      feed_->gives_frames() ? std::vector<media::JitterBufferPayload>{} : payloads_of(formats_);
  buffer_ = payloads.empty()
                ? nullptr
                : media::JitterBuffer::create(
                      {.payloads = payloads, .retransmissions = feed_->type() == MediaType::video},
                      feed_->owner().source_time());
}

void FrameTap::source_changed() {
  if (feed_->formats() != formats_) {
    make_buffer();
    clock_changed();
    reschedule();
  }
  on_source_changed();
}

void FrameTap::clock_changed() {
  const rtp::SourceStream* followed = feed_->followed();
  if (buffer_ && feed_->rtt() > base::Duration{}) buffer_->set_rtt(feed_->rtt());
  if (!buffer_ || !followed || !followed->clock().known()) return;
  buffer_->receive_sender_report(followed->clock().last_report(), followed->clock().last_arrival());
}

void FrameTap::forward(std::span<const rtp::MediaPacket> run) {
  for (const rtp::MediaPacket& packet : run) {
    if (!buffer_) return;
    shard_.drops().count(buffer_->insert(packet, shard_.now()));
    drain();
  }
  reschedule();
}

void FrameTap::forward_frame(const codec::EncodedFrame& frame) {
  take(frame);
}

void FrameTap::drain() {
  while (buffer_) {
    auto frame = buffer_->take();
    if (!frame) break;
    take(std::move(*frame));
  }
  if (buffer_ && buffer_->take_key_frame_wish()) request_key_frame();
}

base::Instant FrameTap::deadline() const {
  return buffer_ ? buffer_->deadline() : base::kNever;
}

void FrameTap::advance(base::Instant now) {
  if (!buffer_) return;
  buffer_->advance(now);
  drain();
}

}  // namespace kaskado::pipeline
