#include "media/jitter_buffer.hpp"

#include <algorithm>

#include "codec/frame_facts.hpp"
#include "media/audio_jitter_buffer.hpp"
#include "media/video_jitter_buffer.hpp"

namespace kaskado::media {

std::unique_ptr<JitterBuffer> JitterBuffer::create(const JitterBufferConfig& config,
                                                   std::shared_ptr<SourceTime> source) {
  const bool video = !config.payloads.empty() && codec::is_video(config.payloads.front().format.codec);
  if (video) return std::make_unique<VideoJitterBuffer>(config, std::move(source));
  return std::make_unique<AudioJitterBuffer>(config, std::move(source));
}

JitterBuffer::JitterBuffer(const JitterBufferConfig& config, std::shared_ptr<SourceTime> source)
    : config_(config),
      window_(config.most_packets),
      time_(config.payloads.empty() ? 90'000 : config.payloads.front().clock_rate, std::move(source)),
      payloads_(config.payloads.begin(), config.payloads.end()),
      depacketizers_(payloads_.size()) {
  config_.payloads = {};
  index_of_type_.fill(kUnknown);
  for (std::size_t i = 0; i < std::min<std::size_t>(payloads_.size(), kUnknown); ++i)
    index_of_type_[payloads_[i].type.value & 0x7f] = static_cast<std::uint8_t>(i);
  parts_.reserve(64);
}

base::DropReason JitterBuffer::insert(const rtp::MediaPacket& packet, base::Instant now) {
  advance(now);
  ++stats_.packets;
  const std::uint8_t index = index_of_type_[packet.header.payload_type.value & 0x7f];
  const std::uint64_t sequence = packet.extended_sequence;
  if (packet.source != source_ || stats_.packets == 1) restart(packet);
  if (!has_room_for(packet)) {
    make_room();
    if (!has_room_for(packet)) {
      window_.restart(sequence);
      start_over(packet);
    }
  }
  const bool filler = index == kUnknown || packet.header.payload_length == 0;
  if (!filler) {
    const bool newest = sequence > newest_;
    if (newest && payloads_[index].clock_rate != time_.clock_rate())
      time_.restart(payloads_[index].clock_rate);
    newest_ = std::max(newest_, sequence);
    const std::int64_t rtp_time = time_.unwrap(packet.header.timestamp);
    time_.observe(rtp_time, now_);
    measure(packet, rtp_time, newest);
  }
  const base::DropReason drop = window_.insert(packet, filler);
  stats_.duplicates += drop == base::DropReason::duplicate_packet;
  stats_.late_packets += drop == base::DropReason::too_old_packet;
  return index == kUnknown ? base::DropReason::unknown_payload_type : drop;
}

bool JitterBuffer::has_room_for(const rtp::MediaPacket& packet) const {
  if (packet.extended_sequence < window_.next()) return true;
  return window_.fits(packet.extended_sequence) && window_.packets() < config_.most_packets &&
         window_.bytes() + packet.header.payload_length <= config_.most_bytes;
}

void JitterBuffer::restart(const rtp::MediaPacket& first) {
  if (stats_.packets > 1) time_.restart(time_.clock_rate());
  source_ = first.source;
  newest_ = 0;
  lateness_.reset();
  window_.restart(first.extended_sequence);
  start_over(first);
}

codec::Depacketizer& JitterBuffer::depacketizer_of(const WaitingPacket& packet) {
  auto& depacketizer = depacketizers_[index_of(packet)];
  if (!depacketizer) depacketizer = config_.make_depacketizer(payload_of(packet).format);
  return *depacketizer;
}

std::optional<codec::EncodedFrame> JitterBuffer::assemble(std::uint64_t begin, std::uint64_t end) {
  parts_.clear();
  base::Instant arrived{};
  const WaitingPacket* first = nullptr;
  for (std::uint64_t i = begin; i < end; ++i) {
    const WaitingPacket& packet = *window_.at(i);
    if (packet.is_filler()) continue;
    if (!first) first = &packet;
    if (packet.payload_type != first->payload_type) return std::nullopt;
    parts_.push_back(packet.payload());
    arrived = std::max(arrived, packet.packet->arrived);
  }
  if (!first) return std::nullopt;
  auto assembled = depacketizer_of(*first).assemble(parts_);
  if (!assembled || !assembled->bytes) return std::nullopt;
  const JitterBufferPayload& payload = payload_of(*first);
  const bool video = codec::is_video(payload.format.codec);
  const std::int64_t rtp_time = time_.unwrap(rtp::Timestamp{first->timestamp});
  codec::EncodedFrame frame{.codec = payload.format.codec,
                            .bytes = std::move(assembled->bytes),
                            .key_frame = assembled->key_frame || !video,
                            .rtp_time = rtp_time,
                            .clock_rate = payload.clock_rate,
                            .time = time_.time_of(rtp_time),
                            .arrived = arrived,
                            .channels = payload.channels};
  if (!video) frame.duration = codec::sound_duration(frame.codec, frame.span()).value_or(base::Duration{});
  return frame;
}

void JitterBuffer::wish_key_frame() {
  wished_at_ = now_;
  if (std::exchange(wish_, true)) return;
  ++stats_.key_frame_wishes;
}

}  // namespace kaskado::media
