#include "pipeline/rtp_sink.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

namespace {

// Encodings times layers of each; of more, those with the highest rates are left alone.
constexpr std::size_t kMostLayers = 64;

}  // namespace

RtpSink::RtpSink(Shard& shard, transport::EgressLine& line, MediaType type)
    : shard_(shard), line_(line), type_(type), ssrc_{shard.random().u32() | 1u}, id_(shard.next_stream_id()) {}

RtpSink::~RtpSink() { bind(nullptr); }

void RtpSink::configure(const RtpSinkConfig& config) {
  // Most new negotiations change nothing of what is sent: it goes on without a seam.
  const bool same = stream_ && config.extensions == config_.extensions && config.mid == config_.mid &&
                    payloads(config.formats) == payloads(config_.formats);
  if (same) {
    config_ = config;
    set_repair();
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
        .first_timestamp = {shard_.random().u32()},
        .further = config.further});
  }
  set_repair();
  choose();
}

void RtpSink::set_repair() {
  if (!stream_ || config_.formats.empty()) return;
  if (config_.redundancy) {
    stream_->set_redundancy(config_.formats.front().payload_type, *config_.redundancy);
  } else {
    stream_->set_redundancy({});
  }
  if (config_.retransmissions.empty()) return stream_->set_retransmission({});
  stream_->set_retransmission({.ssrc = retransmission_ssrc(),
                               .payloads = config_.retransmissions,
                               .first_sequence = {static_cast<std::uint16_t>(shard_.random().u32() & 0x7fff)}});
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

void RtpSink::choose() {
  RtpFeed* const suited = origin_ ? &origin_->suited_to(wanted_formats(), caps_, class_.value()) : nullptr;
  if (suited && suited == origin_ && !origin_->layers().empty()) return choose_layer();
  if (stream_ && layer_) stream_->set_layer_limits({});
  layer_.reset();
  take_up(suited);
}

void RtpSink::choose_layer() {
  const std::span<const FeedLayer> layers = origin_->layers();
  std::array<std::uint64_t, kMostLayers> rates_bps{};
  std::array<const FeedLayer*, kMostLayers> allowed{};
  std::size_t count = 0;
  std::optional<std::size_t> current;
  for (const FeedLayer& layer : layers) {
    if (count == kMostLayers || !bounds_.allow(layer)) continue;
    if (layer_ && layer_->feed == layer.feed && layer_->limits == layer.limits) current = count;
    rates_bps[count] = layer.bitrate_bps;
    allowed[count++] = &layer;
  }
  // Something is better than nothing.
  if (count == 0) rates_bps[count] = layers.front().bitrate_bps, allowed[count++] = &layers.front();
  best_layer_bps_ = rates_bps[count - 1];
  layer_ = *allowed[choice_.choose(std::span(rates_bps).first(count), current, allowance(), shard_.now())];
  if (stream_) stream_->set_layer_limits(layer_->limits);
  turn_to(*layer_->feed);
  if (stream_ && stream_->layer_wants_key_frame() && line_.is_open()) layer_->feed->request_key_frame(shard_.now());
}

std::uint64_t RtpSink::most_bps() const {
  std::uint64_t most = UINT64_MAX;
  for (const std::uint64_t bps : {config_.most_bps, limits_.max_bps}) {
    if (bps != 0) most = std::min(most, bps);
  }
  return most;
}

Allowance RtpSink::allowance() const {
  const std::uint64_t most = most_bps();
  std::uint64_t known = UINT64_MAX;
  if (estimate_bps_ != 0) known = estimate_bps_;
  if (remb_bps_ != 0 && remb_until_ > shard_.now()) known = std::min(known, remb_bps_);
  const std::uint64_t told = std::min(std::max(known, limits_.min_bps), most);
  const bool bounded = estimate_bps_ != 0 && !may_be_more_;
  return {.told_bps = told, .most_bps = bounded ? told : most};
}

void RtpSink::set_estimate(std::uint64_t bitrate_bps, bool may_be_more) {
  estimate_bps_ = bitrate_bps;
  may_be_more_ = may_be_more;
  if (bitrate_bps != 0) tell_wish();
}

void RtpSink::set_send_limits(const SendLimits& limits) {
  limits_ = limits;
  renew_wish();
}

// Without news of the path only limits are there to be said.
void RtpSink::renew_wish() {
  if (remb_until_ <= shard_.now() && estimate_bps_ == 0) tell_wish();
}

void RtpSink::set_layer_bounds(const LayerBounds& bounds) {
  if (bounds == bounds_) return;
  bounds_ = bounds;
  choose();
}

void RtpSink::layers_changed() { choose(); }

void RtpSink::turn_to(RtpFeed& layer) {
  if (&layer == source_) return drop_next();
  if (&layer == next_) return;
  drop_next();
  if (!source_ || !stream_ || !stream_->source().is_set()) return take_up(&layer);
  next_ = &layer;
  next_->attach(*this);
  follow_next();
}

// The one that is sent goes on.
void RtpSink::drop_next() {
  if (!next_) return;
  std::exchange(next_, nullptr)->detach(*this);
  const rtp::SourceStream* active = source_ ? source_->followed() : nullptr;
  if (stream_) stream_->switch_source(active ? active->source() : rtp::SourceId{}, rtp::SwitchMode::at_key_frame);
}

void RtpSink::finish_turn() {
  source_->detach(*this);
  source_ = std::exchange(next_, nullptr);
}

void RtpSink::key_frame_passed(const RtpFeed& feed) {
  if (&feed != next_ || !stream_ || !next_->followed()) return;
  if (stream_->source() == next_->followed()->source()) finish_turn();
}

void RtpSink::take_up(RtpFeed* source) {
  if (source == source_) return drop_next();
  if (next_) std::exchange(next_, nullptr)->detach(*this);
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
  if (active && !matched.empty()) {
    stream_->set_payloads(matched, active->clock_rate());
    if (!next_ && stream_->source() != active->source()) {
      stream_->switch_source(active->source());
      ask_for_key_frame();
    }
  } else {
    stream_->switch_source({});
  }
  if (next_) follow_next();
}

void RtpSink::follow_next() {
  const rtp::SourceStream* const coming = next_->followed();
  if (!coming) return;
  // The same stream, which was followed as the source's best until now.
  if (stream_->source() == coming->source()) return finish_turn();
  if (!stream_->source().is_set()) stream_->set_payloads(next_->payloads_for(wanted_formats()), coming->clock_rate());
  stream_->switch_source(coming->source(), rtp::SwitchMode::at_key_frame);
  ask_for_key_frame();
}

// A key frame that comes while the line is closed would be lost on this subscriber.
void RtpSink::ask_for_key_frame() {
  RtpFeed* const awaited = next_ ? next_ : source_;
  if (awaited && stream_ && stream_->wants_key_frame() && line_.is_open()) awaited->request_key_frame(shard_.now());
}

void RtpSink::restart_index() {
  if (stream_) stream_->restart_index();
}

void RtpSink::receive_nack(const rtp::Nack& nack, base::Instant now, base::Outbox& outbox) {
  if (!stream_) return;
  stream_->receive_nack();
  for (const rtp::SequenceNumber lost : nack) send_again(lost, now, outbox);
}

void RtpSink::repair(std::span<const rtp::SequenceNumber> lost, base::Instant now, base::Outbox& outbox) {
  if (!stream_ || !lossy_) return;
  for (const rtp::SequenceNumber each : lost) send_again(each, now, outbox);
}

void RtpSink::send_again(rtp::SequenceNumber lost, base::Instant now, base::Outbox& outbox) {
  const rtp::SourceStream* active = source_ ? source_->followed() : nullptr;
  if (!active || !line_.is_open()) return;
  const rtp::MediaPacket* packet = stream_->find_lost(lost, active->history(), now);
  if (!packet) return;
  for (int copies = lossy_ ? 2 : 1; copies > 0; --copies) {
    const base::MutableBytes slot = outbox.slot();
    const rtp::Stamped stamped = stream_->restamp(*packet, slot);
    if (stamped.drop != base::DropReason::none) return;
    const base::Bytes payload = stamped.payload(*packet, slot);
    if (!stamped.repair) {
      line_.send_again(outbox, slot, stamped, stream_->sent_as(), payload, now);
      return;  // the same packet twice would be thrown away
    }
    line_.send(outbox, slot, stamped, rtp::SentStream::repair, payload, now);
  }
}

std::size_t RtpSink::repeat(std::size_t bytes, base::Instant now, base::Outbox& outbox) {
  const rtp::SourceStream* const active = source_ ? source_->followed() : nullptr;
  if (!stream_ || !active || !line_.is_open()) return 0;
  std::size_t sent = 0;
  while (sent < bytes) {
    const rtp::MediaPacket* const packet = stream_->find_filler(bytes - sent, active->history());
    if (!packet) break;
    const base::MutableBytes slot = outbox.slot();
    const rtp::Stamped stamped = stream_->repeat(*packet, slot);
    if (stamped.drop != base::DropReason::none) break;
    const base::Bytes payload = stamped.payload(*packet, slot);
    if (!line_.send(outbox, slot, stamped, rtp::SentStream::repair, payload, now)) break;
    sent += stamped.header_bytes + payload.size();
  }
  return sent;
}

std::optional<std::uint64_t> RtpSink::useful_bps() const {
  if (!source_ || !stream_ || config_.retransmissions.empty()) return std::nullopt;
  const std::uint64_t most = layer_ ? std::min(most_bps(), best_layer_bps_) : most_bps();
  if (layer_ && layer_->bitrate_bps >= most) return std::nullopt;
  return most == UINT64_MAX ? 0 : most;
}

void RtpSink::receive_picture_loss(base::Instant now) {
  if (stream_ && stream_->receive_picture_loss() && source_) source_->request_key_frame(now);
  ask_for_key_frame();
}

void RtpSink::receive_full_intra(std::uint8_t command_number, base::Instant now) {
  if (stream_ && stream_->receive_full_intra(command_number) && source_) source_->request_key_frame(now);
}

void RtpSink::receive_remb(std::uint64_t bitrate_bps, base::Instant now) {
  if (!stream_) return;
  stream_->receive_remb(bitrate_bps);
  remb_bps_ = bitrate_bps;
  remb_until_ = now + rtp::RembRelay::kExpiry;
  tell_wish();
}

void RtpSink::tell_wish() {
  const std::uint64_t wish_bps = allowance().told_bps;
  const base::Instant now = shard_.now();
  if (!stream_ || !source_ || type_ != MediaType::video || wish_bps == UINT64_MAX) return;
  if (class_.receive(wish_bps, source_->shared_rates(id_, now), now)) choose();
  // Who can have less of the layers takes nothing from the others.
  const bool has_less = layer_ && origin_ && !origin_->layers().empty() && origin_->layers().front().bitrate_bps <= wish_bps;
  if (has_less) return source_->forget_remb(id_);
  source_->receive_remb(id_, wish_bps, now);
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
