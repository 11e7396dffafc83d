#include "rtp/send_stream.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "rtp/red.hpp"
#include "rtp/retransmission_guard.hpp"

namespace kaskado::rtp {

struct SendStream::Cold {
  std::array<std::uint8_t, 128> payloads;  // output type by source type, or kNoPayload
  std::uint32_t clock_rate = 0;
  FormerRuns former;
  LayerFilter layers;
  struct Redundancy {
    PayloadType primary;
    PayloadType red;
    MediaPacket previous;
  };
  std::unique_ptr<Redundancy> redundancy;
  bool has_rtx = false;
  Ssrc rtx_ssrc;
  std::uint64_t rtx_index = 0;                // of the next retransmission
  std::array<std::uint8_t, 128> rtx_payloads;  // by output type, or kNoPayload
  RetransmissionGuard guard;
  SendStats stats;
  std::optional<std::uint8_t> last_fir;
};

void SendStream::ColdDeleter::operator()(Cold* cold) const {
  delete cold;
}

SendStream::SendStream(const SendStreamConfig& config)
    : sequence_(config.first_sequence.value),
      last_timestamp_(config.first_timestamp),
      ssrc_(config.ssrc),
      kind_(config.kind),
      further_(config.further),
      cold_(new Cold) {
  cold_->rtx_payloads.fill(kNoPayload);
  set_payloads(config.payloads, config.clock_rate);
  extensions_.configure(config.extensions, config.mid);
}

void SendStream::set_payloads(std::span<const SendPayload> payloads, std::uint32_t clock_rate) {
  cold_->clock_rate = clock_rate;
  cold_->payloads.fill(kNoPayload);
  for (const SendPayload& payload : payloads)
    cold_->payloads[payload.source.value & 0x7f] = payload.output.value & 0x7f;
  source_payload_ = output_payload_ = PayloadType{kNoPayload};
}

void SendStream::set_extensions(const ExtensionMap& extensions, std::string_view mid) {
  assert(!source_.is_set());
  extensions_.configure(extensions, mid);
  mid_until_ = UINT64_MAX;
}

void SendStream::set_retransmission(const RetransmissionStream& stream) {
  if (!stream.payloads.empty()) {
    if (cold_->rtx_ssrc != stream.ssrc) cold_->rtx_index = stream.first_sequence.value;
    cold_->rtx_ssrc = stream.ssrc;
  }
  cold_->has_rtx = !stream.payloads.empty();
  cold_->rtx_payloads.fill(kNoPayload);
  for (const RetransmissionStream::Payload& payload : stream.payloads)
    cold_->rtx_payloads[payload.original.value & 0x7f] = payload.retransmission.value & 0x7f;
}

void SendStream::set_layer_limits(const LayerLimits& limits) {
  // What is left out ends a run each time; so many are worth a second or two of retransmissions.
  if (!layered_) cold_->former.resize(FormerRuns::kMaxRuns);
  layered_ = true;
  cold_->layers.set_limits(limits);
}

void SendStream::set_playout_delay(base::Duration least) {
  constexpr base::Duration::rep kMost_10ms = 250;
  const bool repairs_aside = std::ranges::any_of(cold_->rtx_payloads, [](std::uint8_t type) { return type != kNoPayload; });
  if (!repairs_aside) return;
  const auto least_10ms = std::clamp<base::Duration::rep>(least / std::chrono::milliseconds{10}, 0, kMost_10ms);
  extensions_.set_playout_delay(static_cast<std::uint8_t>(least_10ms));
}

bool SendStream::layer_wants_key_frame() const { return layered_ && cold_->layers.wants_key_frame(); }

void SendStream::restart_index() {
  cold_->rtx_index &= 0x7fff;
  // Below 2^15, as at the start: an early loss must not hide a wrap.
  sequence_ = SequenceMap(sequence_.next_index() & 0x7fff);
  cold_->former.clear();
  cold_->guard = {};
  mid_until_ = UINT64_MAX;
  if (source_.is_set() && !awaited_.is_set()) awaited_ = source_;
  source_ = {};
}

void SendStream::switch_source(SourceId source, SwitchMode mode) {
  awaited_ = source == source_ ? SourceId{} : source;
  if (source != source_ && (mode == SwitchMode::at_once || !source.is_set())) source_ = {};
}

Stamped SendStream::stamp(const MediaPacket& packet, base::MutableBytes slot) {
  const bool usual = packet.source == source_ && packet.header.payload_type == source_payload_ &&
                     packet.header.payload_length != 0 && sequence_.in_current_run(packet.extended_sequence) && !layered_ && !redundant_;
  if (!usual) [[unlikely]]
    return stamp_unusual(packet, slot);
  const std::uint64_t index = sequence_.index_of(packet.extended_sequence);
  const Stamped stamped = write(packet, index, slot);
  if (stamped.drop == base::DropReason::none) [[likely]]
    count(packet, index);
  return stamped;
}

// A switch, another payload type, a packet to leave out, or one from before a packet that was left out.
Stamped SendStream::stamp_unusual(const MediaPacket& packet, base::MutableBytes slot) {
  using base::DropReason;
  const bool known = look_up_payload(packet.header.payload_type);
  const bool empty = packet.header.payload_length == 0;
  if (packet.source != source_) {
    if (!known || empty) return {.drop = known ? DropReason::padding_only : DropReason::unknown_payload_type};
    if (const DropReason drop = adopt(packet); drop != DropReason::none) return {.drop = drop};
  }
  const auto index = index_of(packet.extended_sequence);
  if (!index) return {.drop = DropReason::too_old_packet};
  // An empty packet that comes late fills the hole that the subscriber sees already, or is about to: behind it something
  // was left out.
  const bool closes = sequence_.in_current_run(packet.extended_sequence) && sequence_.is_next_or_later(*index);
  if (!known || (empty && closes)) {
    sequence_.leave_out(packet.extended_sequence, cold_->former);
    return {.drop = known ? DropReason::padding_only : DropReason::unknown_payload_type};
  }
  if (layered_ && sequence_.is_next_or_later(*index) && !admits_layer(packet)) return {.drop = DropReason::layer_left_out};
  Stamped stamped = layered_ ? write_layered(packet, *index, slot) : write(packet, *index, slot);
  if (stamped.drop != DropReason::none) return stamped;
  count(packet, *index);
  return redundant_ ? with_redundancy(stamped, packet, slot) : stamped;
}

void SendStream::set_redundancy(std::optional<PayloadType> primary, PayloadType red) {
  redundant_ = primary.has_value();
  cold_->redundancy.reset();
  if (primary) cold_->redundancy.reset(new Cold::Redundancy{*primary, red, {}});
}

// One generation: what is lost of two packets in a row is left to the decoder. A packet before that does not fit the
// header of a block is left out.
Stamped SendStream::with_redundancy(const Stamped& plain, const MediaPacket& packet, base::MutableBytes slot) {
  Cold::Redundancy& redundancy = *cold_->redundancy;
  const MediaPacket previous = std::exchange(redundancy.previous, packet);
  if (output_payload_ != redundancy.primary) return plain;
  const std::uint32_t earlier = packet.header.timestamp.value - previous.header.timestamp.value;
  const bool repeats = previous.packet && previous.source == packet.source &&
                       previous.extended_sequence + 1 == packet.extended_sequence && earlier <= kMaxRedEarlier &&
                       previous.header.payload_type == packet.header.payload_type &&
                       previous.header.payload_length != 0 && previous.header.payload_length <= kMaxRedBlockBytes;
  const std::size_t repeated_bytes = repeats ? kRedHeaderBytes + previous.header.payload_length : 0;
  const std::size_t bytes = repeated_bytes + kRedPrimaryBytes + packet.header.payload_length;
  if (plain.header_bytes + bytes > std::min(slot.size(), base::kMaxDatagramBytes)) return plain;
  std::uint8_t* p = slot.data() + plain.header_bytes;
  if (repeats) write_red_header(redundancy.primary, earlier, previous.header.payload_length, p), p += kRedHeaderBytes;
  *p++ = redundancy.primary.value;
  for (const MediaPacket* each : {repeats ? &previous : nullptr, &packet}) {
    if (!each || each->header.payload_length == 0) continue;
    std::memcpy(p, each->payload().data(), each->header.payload_length);
    p += each->header.payload_length;
  }
  slot[1] = static_cast<std::uint8_t>((slot[1] & 0x80) | redundancy.red.value);
  Stamped stamped = plain;
  stamped.changed_bytes = static_cast<std::uint16_t>(bytes);
  return stamped;
}

bool SendStream::admits_layer(const MediaPacket& packet) {
  LayerFilter& layers = cold_->layers;
  const LayerFilter::Note before = layers.note();
  if (!layers.admits(packet)) {
    sequence_.leave_out(packet.extended_sequence, cold_->former, before.packed());
    return false;
  }
  if (layers.note() != before) sequence_.end_run_before(packet.extended_sequence, cold_->former, before.packed());
  layers.sent(packet);
  return true;
}

// As write(), with the marker and the picture numbers of what is sent of the layers.
Stamped SendStream::write_layered(const MediaPacket& packet, std::uint64_t index, base::MutableBytes slot) const {
  Stamped stamped = write(packet, index, slot);
  if (stamped.drop != base::DropReason::none) return stamped;
  const LayerFilter& layers = cold_->layers;
  const SequenceRun* const former =
      sequence_.in_current_run(packet.extended_sequence) ? nullptr : cold_->former.find(packet.extended_sequence);
  const LayerFilter::Note note = former ? LayerFilter::Note::of(former->note) : layers.note();
  if (LayerFilter::ends_picture(packet, note)) slot[1] |= 0x80;
  if (!layers.rewrites(packet, note)) return stamped;
  const base::Bytes payload = packet.payload();
  std::memcpy(slot.data() + stamped.header_bytes, payload.data(), payload.size());
  layers.rewrite(packet, note, slot.data() + stamped.header_bytes);
  stamped.changed_bytes = packet.header.payload_length;
  return stamped;
}

bool SendStream::look_up_payload(PayloadType type) {
  const std::uint8_t output = cold_->payloads[type.value & 0x7f];
  if (output == kNoPayload) return false;
  source_payload_ = type;
  output_payload_ = PayloadType{output};
  return true;
}

// The first packet of a source that is waited for sets where its numbers and times go on.
base::DropReason SendStream::adopt(const MediaPacket& packet) {
  const auto is_restart_of = [&](SourceId source) {
    return source.is_set() && packet.source.stream == source.stream &&
           static_cast<std::int32_t>(packet.source.epoch - source.epoch) > 0;
  };
  if (is_restart_of(awaited_)) {
    awaited_ = packet.source;
  } else if (is_restart_of(source_)) {
    if (!awaited_.is_set()) awaited_ = packet.source;
    source_ = {};
  }
  if (packet.source != awaited_ || !awaited_.is_set()) return base::DropReason::unknown_ssrc;
  if (kind_ == MediaKind::video && !packet.starts_key_frame) return base::DropReason::waiting_for_key_frame;

  const base::Instant arrived = packet.packet->arrived;
  Timestamp output = last_timestamp_;
  if (started_) {
    const std::int64_t elapsed = to_ticks(arrived - last_arrival_, cold_->clock_rate);
    output.value += static_cast<std::uint32_t>(std::max<std::int64_t>(elapsed, 1));
  }
  timestamp_offset_ = output.value - packet.header.timestamp.value;
  sequence_.anchor(packet.extended_sequence, cold_->former);
  if (layered_) cold_->layers.adopt(packet);
  source_ = std::exchange(awaited_, SourceId{});
  return base::DropReason::none;
}

std::optional<std::uint64_t> SendStream::index_of(std::uint64_t extended) const {
  if (sequence_.in_current_run(extended)) return sequence_.index_of(extended);
  return cold_->former.index_of(extended);
}

void SendStream::count(const MediaPacket& packet, std::uint64_t index) {
  ++packets_;
  payload_bytes_ += packet.header.payload_length;
  if (!sequence_.is_next_or_later(index)) return;
  sequence_.sent(index);
  last_timestamp_.value = packet.header.timestamp.value + timestamp_offset_;
  last_arrival_ = packet.packet->arrived;
  started_ = true;
}

// Depends on the packet and index alone, so that a retransmission is the same bytes (see MediaPacket).
Stamped SendStream::write(const MediaPacket& packet, std::uint64_t index, base::MutableBytes slot) const {
  constexpr std::size_t kMaxHeaderBytes = kFixedHeaderBytes + 15 * 4 + EgressExtensions::kMaxBytes;
  const RtpHeader& header = packet.header;
  if (slot.size() < kMaxHeaderBytes) return {.drop = base::DropReason::datagram_too_long};
  std::uint8_t* p = slot.data();
  std::size_t header_bytes = kFixedHeaderBytes;
  if (header.csrc_count != 0) [[unlikely]] {
    std::memcpy(p + kFixedHeaderBytes, packet.packet->bytes + kFixedHeaderBytes, header.csrc_count * 4u);
    header_bytes += header.csrc_count * 4u;
  }
  const std::size_t extension_bytes = extensions_.write(packet, index < mid_until_, p + header_bytes);
  const std::size_t number_at = extensions_.number_at();
  const std::size_t sequence_at = number_at == 0 ? 0 : header_bytes + number_at;
  header_bytes += extension_bytes;
  p[0] = static_cast<std::uint8_t>(kVersionBits | (extension_bytes != 0 ? 0x10 : 0) | header.csrc_count);
  p[1] = static_cast<std::uint8_t>((header.marker ? 0x80 : 0) | output_payload_.value);
  base::store_u16(p + 2, static_cast<std::uint16_t>(index));
  base::store_u32(p + 4, header.timestamp.value + timestamp_offset_);
  base::store_u32(p + 8, ssrc_.value);
  if (header_bytes + header.payload_length > std::min(slot.size(), base::kMaxDatagramBytes))
    return {.drop = base::DropReason::datagram_too_long};
  return {.packet_index = index & 0xffffffffffff,
          .header_bytes = static_cast<std::uint16_t>(header_bytes),
          .sequence_at = static_cast<std::uint16_t>(sequence_at)};
}

const MediaPacket* SendStream::find_lost(SequenceNumber lost, const PacketHistory& history,
                                         base::Instant now) {
  if (redundant_) return nullptr;  // it would not be the same bytes
  const std::uint64_t index = extend(lost, sequence_.next_index());
  const auto extended = sequence_.source_of(index, cold_->former);
  if (!extended) return nullptr;
  const MediaPacket* packet = history.find(*extended);
  if (!packet || packet->source != source_) return nullptr;
  constexpr base::Duration kLeastInterval = std::chrono::milliseconds{10};
  const base::Duration interval = std::max(rtt(), kLeastInterval);
  if (!cold_->guard.allow(index, packet->packet->length, payload_bytes_, interval, now)) return nullptr;
  return packet;
}

Stamped SendStream::restamp(const MediaPacket& packet, base::MutableBytes slot) {
  const Stamped stamped = write_again(packet, slot);
  if (stamped.drop == base::DropReason::none) {
    ++cold_->stats.retransmitted_packets;
    cold_->stats.retransmitted_bytes += packet.header.payload_length;
  }
  return stamped;
}

Stamped SendStream::write_again(const MediaPacket& packet, base::MutableBytes slot) {
  if (packet.source != source_) return {.drop = base::DropReason::unknown_ssrc};
  const auto index = index_of(packet.extended_sequence);
  if (!index || sequence_.is_next_or_later(*index)) return {.drop = base::DropReason::too_old_packet};
  if (!look_up_payload(packet.header.payload_type)) return {.drop = base::DropReason::unknown_payload_type};
  const Stamped stamped = layered_ ? write_layered(packet, *index, slot) : write(packet, *index, slot);
  const bool repairs = cold_->rtx_payloads[output_payload_.value & 0x7f] != kNoPayload;
  return stamped.drop == base::DropReason::none && repairs ? as_retransmission(stamped, packet, slot) : stamped;
}

const MediaPacket* SendStream::find_filler(std::size_t bytes, const PacketHistory& history) const {
  constexpr std::uint64_t kLookedAt = 16;
  if (!cold_->has_rtx || redundant_) return nullptr;
  const MediaPacket* best = nullptr;
  std::size_t least_off = SIZE_MAX;
  const std::uint64_t next = sequence_.next_index();
  for (std::uint64_t index = next - std::min(next, kLookedAt); index < next; ++index) {
    const auto extended = sequence_.source_of(index, cold_->former);
    const MediaPacket* const packet = extended ? history.find(*extended) : nullptr;
    if (!packet || packet->source != source_) continue;
    const std::size_t length = packet->packet->length;
    const std::size_t off = length > bytes ? length - bytes : bytes - length;
    if (off < least_off) least_off = off, best = packet;
  }
  return best;
}

Stamped SendStream::repeat(const MediaPacket& packet, base::MutableBytes slot) {
  const Stamped stamped = write_again(packet, slot);
  if (stamped.drop == base::DropReason::none && !stamped.repair) return {.drop = base::DropReason::unknown_payload_type};
  return stamped;
}

// RFC 4588 §4: the packet under the other stream's SSRC, number and payload type, with its own number before the payload.
Stamped SendStream::as_retransmission(const Stamped& first, const MediaPacket& packet, base::MutableBytes slot) {
  constexpr std::size_t kOriginalSequenceBytes = 2;
  const base::Bytes payload = first.payload(packet, slot);
  std::uint8_t* const p = slot.data();
  if (first.header_bytes + payload.size() + kOriginalSequenceBytes > std::min(slot.size(), base::kMaxDatagramBytes))
    return {.drop = base::DropReason::datagram_too_long};
  std::memmove(p + first.header_bytes + kOriginalSequenceBytes, payload.data(), payload.size());
  std::memcpy(p + first.header_bytes, p + 2, kOriginalSequenceBytes);
  p[1] = static_cast<std::uint8_t>((p[1] & 0x80) | cold_->rtx_payloads[output_payload_.value & 0x7f]);
  base::store_u16(p + 2, static_cast<std::uint16_t>(cold_->rtx_index));
  base::store_u32(p + 8, cold_->rtx_ssrc.value);
  return {.packet_index = cold_->rtx_index++ & 0xffffffffffff,
          .header_bytes = first.header_bytes,
          .sequence_at = first.sequence_at,
          .repair = true,
          .changed_bytes = static_cast<std::uint16_t>(payload.size() + kOriginalSequenceBytes)};
}

bool SendStream::receive_picture_loss() {
  ++cold_->stats.plis;
  return true;
}

bool SendStream::receive_full_intra(std::uint8_t command_number) {
  ++cold_->stats.firs;
  return std::exchange(cold_->last_fir, command_number) != command_number;
}

void SendStream::receive_nack() {
  ++cold_->stats.nacks;
}

void SendStream::receive_remb(std::uint64_t bitrate_bps) {
  ++cold_->stats.rembs;
  cold_->stats.remb_bps = bitrate_bps;
}

void SendStream::receive_report(const ReportBlock& block, base::Instant now,
                                const base::ClockAnchor& anchor) {
  SendStats& stats = cold_->stats;
  stats.fraction_lost = block.fraction_lost;
  stats.packets_lost = block.cumulative_lost;
  stats.jitter = from_ticks(block.jitter, cold_->clock_rate);
  // The subscriber knows whose packets these are: the mid has done its work (RFC 8843 §9.2).
  if (started_ && mid_until_ == UINT64_MAX) mid_until_ = sequence_.next_index();
  if (block.last_sender_report == 0) return;
  const std::uint32_t passed = NtpTime::of(anchor.at(now)).compact() - block.last_sender_report;
  const auto round_trip = static_cast<std::int32_t>(passed - block.delay_since_last_sender_report);
  if (round_trip < 0) return;  // RFC 3550 §6.4.1; a clock that lies gives no time
  const base::Duration sample = from_compact_ntp(static_cast<std::uint32_t>(round_trip));
  constexpr base::Duration kLongest = std::chrono::seconds{10};
  if (sample > kLongest) return;
  stats.rtt = stats.rtt == base::Duration{} ? sample : stats.rtt + (sample - stats.rtt) / 8;
}

std::optional<SenderInfo> SendStream::sender_info(base::Instant now, const base::ClockAnchor& anchor,
                                                  const SourceClock* source_clock) const {
  if (!started_) return std::nullopt;
  SenderInfo info;
  info.ntp = NtpTime::of(anchor.at(now));
  if (source_clock && source_clock->known() && source_.is_set()) {
    info.rtp.value = source_clock->timestamp_at(now, cold_->clock_rate).value + timestamp_offset_;
  } else {
    const std::int64_t elapsed = to_ticks(now - last_arrival_, cold_->clock_rate);
    info.rtp.value = last_timestamp_.value + static_cast<std::uint32_t>(elapsed);
  }
  info.packets = static_cast<std::uint32_t>(packets_ + cold_->stats.retransmitted_packets);
  info.payload_bytes = static_cast<std::uint32_t>(payload_bytes_ + cold_->stats.retransmitted_bytes);
  return info;
}

base::Duration SendStream::rtt() const {
  return cold_->stats.rtt;
}

SendStats SendStream::stats() const {
  SendStats stats = cold_->stats;
  stats.packets = packets_;
  stats.bytes = payload_bytes_;
  return stats;
}

}  // namespace kaskado::rtp
