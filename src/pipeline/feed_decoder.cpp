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

FeedDecoder::FeedDecoder(RtpFeed& feed) : Timed(feed.shard().timed()), feed_(feed) {
  Shard& shard = feed.shard();
  if (feed.type() == MediaType::video) {
    video_ = media::VideoDecodeStage::create(shard.compute());
    media_.video = video_->frames();
  } else {
    audio_ = media::AudioDecodeStage::create(shard.compute());
    media_.audio = audio_->frames();
  }
  make_buffer();
  feed_.attach(*this);
  clock_changed();
  feed_.request_key_frame(shard.now());
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
  while (const auto frame = buffer_->take()) {
    if (video_) video_->take(*frame);
    if (audio_) audio_->take(*frame);
  }
  const bool wished = buffer_->take_key_frame_wish();
  if ((video_ && video_->take_key_frame_wish()) || wished) feed_.request_key_frame(feed_.shard().now());
}

base::Instant FeedDecoder::deadline() const { return buffer_ ? buffer_->deadline() : base::kNever; }

void FeedDecoder::advance(base::Instant now) {
  buffer_->advance(now);
  drain();
}

}  // namespace kaskado::pipeline
