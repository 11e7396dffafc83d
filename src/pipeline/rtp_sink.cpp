#include "pipeline/rtp_sink.hpp"

#include <algorithm>
#include <iterator>

#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

RtpSink::RtpSink(Shard& shard, transport::EgressLine& line, MediaType type)
    : shard_(shard), line_(line), type_(type), ssrc_{shard.random().u32() | 1u}, id_(shard.next_stream_id()) {}

RtpSink::~RtpSink() { bind(nullptr); }

void RtpSink::configure(const RtpSinkConfig& config) {
  // Most new negotiations change nothing of what is sent: it goes on without a seam.
  const bool same = stream_ && config.extensions == config_.extensions && config.mid == config_.mid &&
                    payloads(config.formats) == payloads(config_.formats);
  if (same) {
    config_ = config;
    return choose();
  }
  take_up(nullptr);
  config_ = config;
  if (stream_) {
    stream_->set_extensions(config.extensions, config.mid);
  } else if (!config.formats.empty()) {
    stream_.emplace(rtp::SendStreamConfig{
        .ssrc = ssrc_,
        .kind = type_ == MediaType::audio ? rtp::MediaKind::audio : rtp::MediaKind::video,
        .clock_rate = config.formats.front().codec.clock_rate,
        .payloads = {},
        .extensions = config.extensions,
        .mid = config.mid,
        .first_sequence = {static_cast<std::uint16_t>(shard_.random().u32() & 0x7fff)},
        .first_timestamp = {shard_.random().u32()}});
  }
  choose();
}

void RtpSink::pause() { configure({}); }

void RtpSink::bind(RtpFeed* origin) {
  if (origin == origin_) return;
  origin_ = origin;
  class_ = BitrateClass{};
  choose();
}

std::optional<base::Duration> RtpSink::latency() const { return source_ ? source_->latency() : std::nullopt; }

void RtpSink::set_caps(const MediaCaps& caps) {
  if (caps == caps_) return;
  caps_ = caps;
  choose();
  follow();
}

std::vector<MediaFormat> RtpSink::wanted_formats() const {
  if (!caps_.codec) return config_.formats;
  std::vector<MediaFormat> wanted;
  std::ranges::copy_if(config_.formats, std::back_inserter(wanted),
                       [&](const MediaFormat& format) { return codec_of(format) == caps_.codec; });
  return wanted.empty() ? config_.formats : wanted;
}

void RtpSink::choose() { take_up(origin_ ? &origin_->suited_to(wanted_formats(), caps_, class_.value()) : nullptr); }

void RtpSink::take_up(RtpFeed* source) {
  if (source == source_) return;
  if (source_) source_->detach(*this);
  source_ = source;
  if (source_) source_->attach(*this);
  follow();
}

void RtpSink::source_changed() {
  choose();
  follow();
}

std::vector<rtp::SendPayload> RtpSink::payloads(const std::vector<MediaFormat>& formats) const {
  return source_ ? source_->payloads_for(formats) : std::vector<rtp::SendPayload>{};
}

void RtpSink::follow() {
  if (!stream_) return;
  const rtp::SourceStream* active = source_ ? source_->followed() : nullptr;
  const auto matched = payloads(wanted_formats());
  // A source without a codec in common is as good as none: no key frame of it would help.
  if (!active || matched.empty()) return stream_->switch_source({});
  stream_->set_payloads(matched, active->clock_rate());
  if (stream_->source() == active->source()) return;
  stream_->switch_source(active->source());
  ask_for_key_frame();
}

// A key frame that comes while the line is closed would be lost on this subscriber.
void RtpSink::ask_for_key_frame() {
  if (source_ && stream_ && stream_->wants_key_frame() && line_.is_open()) source_->request_key_frame(shard_.now());
}

void RtpSink::restart_index() {
  if (stream_) stream_->restart_index();
}

void RtpSink::receive_nack(const rtp::Nack& nack, base::Instant now, base::Outbox& outbox) {
  if (!stream_) return;
  stream_->receive_nack();
  const rtp::SourceStream* active = source_ ? source_->followed() : nullptr;
  if (!active || !line_.is_open()) return;
  for (const rtp::SequenceNumber lost : nack) {
    const rtp::MediaPacket* packet = stream_->find_lost(lost, active->history(), now);
    if (!packet) continue;
    const base::MutableBytes slot = outbox.slot();
    const rtp::Stamped stamped = stream_->restamp(*packet, slot);
    if (stamped.drop == base::DropReason::none) {
      line_.send_rtp(outbox, slot, stamped.header_bytes, packet->payload(), stamped.packet_index);
    }
  }
}

void RtpSink::receive_picture_loss(base::Instant now) {
  if (stream_ && stream_->receive_picture_loss() && source_) source_->request_key_frame(now);
}

void RtpSink::receive_full_intra(std::uint8_t command_number, base::Instant now) {
  if (stream_ && stream_->receive_full_intra(command_number) && source_) source_->request_key_frame(now);
}

void RtpSink::receive_remb(std::uint64_t bitrate_bps, base::Instant now) {
  if (!stream_) return;
  stream_->receive_remb(bitrate_bps);
  if (!source_) return;
  if (class_.receive(bitrate_bps, source_->shared_rates(id_, now), now)) choose();
  source_->receive_remb(id_, bitrate_bps, now);
}

void RtpSink::receive_report(const rtp::ReportBlock& block, base::Instant now) {
  if (stream_) stream_->receive_report(block, now, shard_.clock());
}

std::optional<rtp::SenderInfo> RtpSink::sender_info(base::Instant now) const {
  if (!stream_) return std::nullopt;
  const rtp::SourceStream* active = source_ ? source_->followed() : nullptr;
  return stream_->sender_info(now, shard_.clock(), active ? &active->clock() : nullptr);
}

}  // namespace kaskado::pipeline
