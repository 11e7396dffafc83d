#include "pipeline/feed_decoder.hpp"

#include <algorithm>

#include "pipeline/media_element.hpp"
#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

namespace {

std::vector<media::JitterBufferPayload> payloads_of(const std::vector<MediaFormat>& formats) {
  std::vector<media::JitterBufferPayload> payloads;
  for (const MediaFormat& format : formats) {
    const auto codec = codec_of(format);
    if (!codec) continue;
    payloads.push_back({.type = format.payload_type,
                        .format = {.codec = *codec,
                                   // RFC 4867 §8.1: bandwidth-efficient unless it says otherwise.
                                   .octet_aligned = format.codec.parameters.number("octet-align").value_or(0) == 1},
                        .clock_rate = format.codec.clock_rate,
                        .channels = std::max<int>(1, format.codec.channels)});
  }
  return payloads;
}

}  // namespace

FeedDecoder::FeedDecoder(RtpFeed& feed)
    : Timed(feed.shard().timed()), feed_(feed), address_(std::make_shared<RtpFeed*>(&feed)) {
  const Shard::Compute& compute = feed.shard().compute();
  const auto strand = base::Strand::create(compute.executor);
  if (feed.type() == MediaType::video) {
    media_.video = video_ =
        media::VideoDecodeStage::create({.strand = strand, .clock = compute.clock, .wish_key_frame = key_frame_wish()});
  } else {
    media_.audio = audio_ = media::AudioDecodeStage::create({.strand = strand, .clock = compute.clock});
  }
  make_buffer();
  feed_.attach(*this);
  clock_changed();
  feed_.request_key_frame(feed.shard().now());
}

std::function<void()> FeedDecoder::key_frame_wish() {
  return [post_back = feed_.shard().compute().post_back, address = std::weak_ptr(address_)] {
    post_back([address](Shard& shard) {
      if (const auto feed = address.lock()) (*feed)->request_key_frame(shard.now());
    });
  };
}

FeedDecoder::~FeedDecoder() { feed_.detach(*this); }

void FeedDecoder::make_buffer() {
  formats_ = feed_.formats();
  const auto payloads = payloads_of(formats_);
  buffer_ = payloads.empty() ? nullptr
                             : media::JitterBuffer::create({.payloads = payloads, .retransmissions = feed_.type() == MediaType::video},
                                                           feed_.owner().source_time());
}

void FeedDecoder::source_changed() {
  if (feed_.formats() == formats_) return;
  make_buffer();
  clock_changed();
  reschedule();
}

void FeedDecoder::clock_changed() {
  const rtp::SourceStream* followed = feed_.followed();
  if (buffer_ && feed_.rtt() > base::Duration{}) buffer_->set_rtt(feed_.rtt());
  if (!buffer_ || !followed || !followed->clock().known()) return;
  buffer_->receive_sender_report(followed->clock().last_report(), followed->clock().last_arrival());
}

void FeedDecoder::forward(std::span<const rtp::MediaPacket> run) {
  if (!buffer_) return;
  for (const rtp::MediaPacket& packet : run) {
    feed_.shard().drops().count(buffer_->insert(packet, feed_.shard().now()));
    drain();
  }
  reschedule();
}

void FeedDecoder::drain() {
  while (auto frame = buffer_->take()) {
    if (video_) video_->take(std::move(*frame));
    if (audio_) audio_->take(std::move(*frame));
  }
  if (buffer_->take_key_frame_wish()) feed_.request_key_frame(feed_.shard().now());
}

base::Instant FeedDecoder::deadline() const { return buffer_ ? buffer_->deadline() : base::kNever; }

void FeedDecoder::advance(base::Instant now) {
  buffer_->advance(now);
  drain();
}

}  // namespace kaskado::pipeline
