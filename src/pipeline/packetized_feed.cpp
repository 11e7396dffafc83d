#include "pipeline/packetized_feed.hpp"

#include <utility>

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

PacketizedFeed::PacketizedFeed(Shard& shard, FeedOwner& owner, MediaType type, const MediaFormat& format)
    : RtpFeed(shard, owner, type),
      codec_(*codec_of(format)),
      packetizer_(codec::Packetizer::create(
          {.codec = codec_, .octet_aligned = format.codec.parameters.number("octet-align") == 1u})) {
  set_formats({format_of(format)});
}

void PacketizedFeed::end_stream() {
  run_.clear();
  follow(nullptr);
  stream_.reset();
}

void PacketizedFeed::packetize(const codec::EncodedFrame& frame) {
  if (!stream_) {
    stream_.emplace(rtp::SourceId{shard().next_stream_id(), 0}, formats().front().codec.clock_rate,
                    history_packets());
    clock_renewed_ = {};
  }
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

bool PacketizedFeed::write_packet(const codec::EncodedFrame& frame, rtp::MediaPacket& media, bool first) {
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
void PacketizedFeed::renew_clock(const codec::EncodedFrame& frame) {
  if (frame.time < clock_renewed_ + kClockInterval) return;
  clock_renewed_ = frame.time;
  on_clock_renewed();
  rtp::SourceClock clock;
  clock.receive({.ntp = rtp::NtpTime::of(shard().clock().at(frame.time)),
                 .rtp = {static_cast<std::uint32_t>(frame.rtp_time)}},
                frame.time);
  stream_->set_clock(clock);
  tell_clock_changed();
}

}  // namespace kaskado::pipeline
