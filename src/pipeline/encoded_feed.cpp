#include "pipeline/encoded_feed.hpp"

#include <utility>

#include "media/bitrate_policy.hpp"
#include "pipeline/feed_owner.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

EncodedFeed::EncodedFeed(RtpFeed& origin, const Encoding& wanted)
    : PacketizedFeed(origin.shard(), origin.owner(), origin.type(), wanted.format),
      origin_(origin),
      encoding_(wanted) {}

EncodedFeed::~EncodedFeed() {
  end();
}

std::vector<rtp::SendPayload> EncodedFeed::payloads_for(const std::vector<MediaFormat>& wanted) const {
  return match_codecs(formats(), wanted);
}

void EncodedFeed::on_attended() {
  frame_lost_ = std::make_shared<std::atomic<bool>>(false);
  address_ = std::make_shared<EncodedFeed*>(this);
  media_ = origin_.hold_frames();
  const auto strand = base::Strand::create(shard().compute().executor);
  if (type() == MediaType::video) {
    start_video(strand);
  } else {
    start_audio(strand);
  }
  join(media_, {video_, audio_});
  owner().set_transcoding(type(), true);
}

// Its stream ends with it: who comes later begins with a key frame of another one.
void EncodedFeed::on_deserted() {
  owner().set_transcoding(type(), false);
  part(media_, {video_, audio_});
  video_.reset();
  audio_.reset();
  media_ = {};
  address_.reset();
  end_stream();
  origin_.release_frames();
}

void EncodedFeed::start_video(std::shared_ptr<base::Strand> strand) {
  video_ = media::VideoEncodeStage::create({.strand = std::move(strand),
                                            .clock = shard().compute().clock,
                                            .codec = codec(),
                                            .most_frames_per_second = encoding_.most_frames_per_second,
                                            .bitrate_bps = wanted_bitrate_bps(shard().now()),
                                            .output = output()});
}

void EncodedFeed::start_audio(std::shared_ptr<base::Strand> strand) {
  const sdp::RtpCodec& format = formats().front().codec;
  codec::AudioEncoderSettings encoder{.codec = codec(),
                                      .format = {.sample_rate = static_cast<int>(format.clock_rate),
                                                 .channels = std::max<int>(1, format.channels)}};
  if (encoding_.bitrate_bps > 0) encoder.bitrate_bps = encoding_.bitrate_bps;
  audio_ = media::AudioEncodeStage::create({.strand = std::move(strand),
                                            .clock = shard().compute().clock,
                                            .encoder = encoder,
                                            .output = output()});
}

std::function<void(codec::EncodedFrame)> EncodedFeed::output() const {
  return [post_back = shard().compute().post_back, address = std::weak_ptr(address_),
          lost = frame_lost_](codec::EncodedFrame frame) {
    const bool posted = post_back([address, frame = std::move(frame)](Shard&) {
      if (const auto feed = address.lock()) (*feed)->take(frame);
    });
    if (!posted) *lost = true;
  };
}

void EncodedFeed::take(const codec::EncodedFrame& frame) {
  // No gap in the packets tells viewers of it.
  if (frame_lost_->exchange(false) && video_ && !frame.key_frame) video_->wish_key_frame();
  packetize(frame);
}

// What was asked for runs out, and the size is known now.
void EncodedFeed::on_clock_renewed() {
  encoding_changed();
}

void EncodedFeed::request_key_frame(base::Instant) {
  if (video_ && !key_frame_at_hand()) video_->wish_key_frame();
}

int EncodedFeed::wanted_bitrate_bps(base::Instant now) {
  const std::uint64_t remb_bps = relayed_remb_bps(now);
  return media::target_bitrate_bps(owner().encoding_wishes(),
                                   remb_bps ? std::optional(remb_bps) : std::nullopt,
                                   video_ ? video_->encoded_size() : codec::PictureSize{});
}

void EncodedFeed::encoding_changed() {
  if (video_) video_->set_bitrate(wanted_bitrate_bps(shard().now()));
}

void EncodedFeed::receive_remb(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now) {
  RtpFeed::receive_remb(subscriber, bitrate_bps, now);
  encoding_changed();
}

void EncodedFeed::forget_remb(std::uint32_t subscriber) {
  RtpFeed::forget_remb(subscriber);
  encoding_changed();
}

}  // namespace kaskado::pipeline
