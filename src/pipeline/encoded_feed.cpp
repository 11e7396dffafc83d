#include "pipeline/encoded_feed.hpp"

#include <algorithm>
#include <utility>

#include "media/bitrate_policy.hpp"
#include "pipeline/feed_owner.hpp"
#include "pipeline/shard.hpp"
#include "rtp/rtp_packet.hpp"

namespace kaskado::pipeline {

namespace {

constexpr rtp::PayloadType kPayloadType{96};
// A frame that is cut into more is none that could be sent.
constexpr std::size_t kMaxPacketsOfFrame = 2048;
// What a payload may have of a datagram of 1200 bytes, beside the header with extensions and what SRTP adds.
constexpr std::size_t kMaxPayloadBytes = 1200 - 40 - 16;
constexpr base::Duration kClockInterval = std::chrono::seconds{2};

MediaFormat format_of(const MediaFormat& wanted) {
  MediaFormat format = wanted;
  format.payload_type = kPayloadType;
  format.codec.payload_type = kPayloadType.value;
  return format;
}

}  // namespace

EncodedFeed::EncodedFeed(RtpFeed& origin, const Encoding& wanted)
    : RtpFeed(origin.shard(), origin.owner(), origin.type()),
      origin_(origin),
      encoding_(wanted),
      codec_(*codec_of(wanted.format)),
      packetizer_(codec::Packetizer::create({.codec = codec_, .octet_aligned = wanted.format.codec.parameters.number("octet-align") == 1u})),
      clock_renewed_{} {
  set_formats({format_of(wanted.format)});
}

EncodedFeed::~EncodedFeed() { end(); }

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
  run_.clear();
  follow(nullptr);
  stream_.reset();
  origin_.release_frames();
}

void EncodedFeed::start_video(std::shared_ptr<base::Strand> strand) {
  video_ = media::VideoEncodeStage::create({.strand = std::move(strand),
                                            .clock = shard().compute().clock,
                                            .codec = codec_,
                                            .most_frames_per_second = encoding_.most_frames_per_second,
                                            .bitrate_bps = wanted_bitrate_bps(shard().now()),
                                            .output = output()});
}

void EncodedFeed::start_audio(std::shared_ptr<base::Strand> strand) {
  const sdp::RtpCodec& format = formats().front().codec;
  codec::AudioEncoderSettings encoder{
      .codec = codec_,
      .format = {.sample_rate = static_cast<int>(format.clock_rate), .channels = std::max<int>(1, format.channels)}};
  if (encoding_.bitrate_bps > 0) encoder.bitrate_bps = encoding_.bitrate_bps;
  audio_ = media::AudioEncodeStage::create(
      {.strand = std::move(strand), .clock = shard().compute().clock, .encoder = encoder, .output = output()});
}

std::function<void(codec::EncodedFrame)> EncodedFeed::output() const {
  return [post_back = shard().compute().post_back, address = std::weak_ptr(address_), lost = frame_lost_](codec::EncodedFrame frame) {
    const bool posted = post_back([address, frame = std::move(frame)](Shard&) {
      if (const auto feed = address.lock()) (*feed)->take(frame);
    });
    if (!posted) *lost = true;
  };
}

void EncodedFeed::take(const codec::EncodedFrame& frame) {
  // No gap in the packets tells viewers of it.
  if (frame_lost_->exchange(false) && video_ && !frame.key_frame) video_->wish_key_frame();
  if (!stream_) begin_stream();
  renew_clock(frame);
  packetizer_->begin(frame, kMaxPayloadBytes);
  for (std::size_t i = 0; i < kMaxPacketsOfFrame; ++i) {
    rtp::MediaPacket media;
    if (!write_packet(frame, media, i == 0)) break;
    stream_->accept(media);
    run_.push_back(std::move(media));
  }
  stream_->trim_history(affordable_history());
  note_latency(shard().now() - frame.arrived);
  take_payload(kPayloadType);
  if (followed() != &*stream_) {
    // Whoever follows gets this frame: where it is a key frame, no other is needed.
    key_frame_at_hand_ = frame.key_frame;
    follow(&*stream_);
    key_frame_at_hand_ = false;
  }
  hand_on(run_, shard().outbox());
  run_.clear();
  hand_on(frame);
}

void EncodedFeed::begin_stream() {
  stream_.emplace(rtp::SourceId{shard().next_stream_id(), 0}, formats().front().codec.clock_rate, history_packets());
  clock_renewed_ = {};
}

bool EncodedFeed::write_packet(const codec::EncodedFrame& frame, rtp::MediaPacket& media, bool first) {
  base::PacketRef packet = shard().packets().acquire();
  if (!packet) {
    shard().drops().count(base::DropReason::pool_empty);
    return false;
  }
  const auto fragment = packetizer_->next({packet->bytes + rtp::kFixedHeaderBytes, kMaxPayloadBytes});
  if (!fragment) return false;
  media.header = {.ssrc = {stream_->source().stream},
                  .timestamp = {static_cast<std::uint32_t>(frame.rtp_time)},
                  .sequence = rtp::low_bits(next_sequence_),
                  .payload_type = kPayloadType,
                  .marker = type() == MediaType::video && fragment->last,
                  .payload_offset = rtp::kFixedHeaderBytes,
                  .payload_length = static_cast<std::uint16_t>(fragment->bytes)};
  media.extended_sequence = next_sequence_++;
  media.starts_key_frame = first && frame.key_frame;
  media.abs_send_time = rtp::to_abs_send_time(shard().now());
  rtp::write_fixed_header(media.header, packet->bytes);
  packet->length = static_cast<std::uint16_t>(rtp::kFixedHeaderBytes + fragment->bytes);
  packet->arrived = shard().now();
  media.packet = std::move(packet);
  return true;
}

// So that reports of those who send it on tell the right time of its timestamps.
void EncodedFeed::renew_clock(const codec::EncodedFrame& frame) {
  if (frame.time < clock_renewed_ + kClockInterval) return;
  clock_renewed_ = frame.time;
  encoding_changed();  // what was asked for runs out, and the size is known now
  rtp::SourceClock clock;
  clock.receive({.ntp = rtp::NtpTime::of(shard().clock().at(frame.time)), .rtp = {static_cast<std::uint32_t>(frame.rtp_time)}},
                frame.time);
  stream_->set_clock(clock);
  tell_clock_changed();
}

void EncodedFeed::request_key_frame(base::Instant) {
  if (video_ && !key_frame_at_hand_) video_->wish_key_frame();
}

int EncodedFeed::wanted_bitrate_bps(base::Instant now) {
  const std::uint64_t remb_bps = relayed_remb_bps(now);
  return media::target_bitrate_bps(owner().encoding_wishes(), remb_bps ? std::optional(remb_bps) : std::nullopt,
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
