#include "media_sender.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "certificates.hpp"

namespace kaskado::sim {

namespace {

constexpr std::size_t kIdOffset = 2;
constexpr std::size_t kFillOffset = kIdOffset + 8;

std::uint8_t fill(PacketId id, std::size_t at) {
  return static_cast<std::uint8_t>((id.number * 2654435761u >> 16) + id.publisher * 31 + at * 7);
}

std::uint32_t clock_rate(rtp::MediaKind kind) {
  return kind == rtp::MediaKind::video ? 90'000 : 48'000;
}

}  // namespace

// A VP8 payload descriptor of one octet (RFC 7741 §4.2), and the first octet of the frame header, of which
// the lowest bit tells a key frame.
std::vector<std::uint8_t> make_payload(PacketId id, bool first_of_frame, bool key_frame, std::size_t length) {
  std::vector<std::uint8_t> payload(std::max(length, kFillOffset));
  payload[0] = first_of_frame ? 0x10 : 0x00;
  payload[1] = key_frame ? 0x00 : 0x01;
  base::store_u32(payload.data() + kIdOffset, id.publisher);
  base::store_u32(payload.data() + kIdOffset + 4, id.number);
  for (std::size_t i = kFillOffset; i < payload.size(); ++i) payload[i] = fill(id, i);
  return payload;
}

std::optional<PacketId> read_payload(base::Bytes payload) {
  if (payload.size() < kFillOffset) return std::nullopt;
  const PacketId id{base::load_u32(payload.data() + kIdOffset),
                    base::load_u32(payload.data() + kIdOffset + 4)};
  for (std::size_t i = kFillOffset; i < payload.size(); ++i) {
    if (payload[i] != fill(id, i)) return std::nullopt;
  }
  return id;
}

MediaSender::MediaSender(const MediaSenderConfig& config)
    : config_(config), random_(config.seed), first_timestamp_(random_.u32()) {}

void MediaSender::start(Instant now) {
  next_frame_ = now;
  key_frame_wanted_ = true;
}

void MediaSender::set_bitrate_bps(std::uint64_t bps) {
  constexpr std::size_t kMostBytes = 700;  // some are half as long again
  const double bytes = static_cast<double>(bps) / 8 * base::to_seconds(config_.frame_interval);
  const auto frame_bytes = static_cast<std::size_t>(std::clamp(bytes, 100.0, 100'000.0));
  config_.packets_a_frame = (frame_bytes + kMostBytes - 1) / kMostBytes;
  config_.packets_a_key_frame = 3 * config_.packets_a_frame;
  config_.payload_bytes = std::max<std::size_t>(frame_bytes / config_.packets_a_frame, 20);
}

void MediaSender::advance(Instant now, PeerTransport& transport, std::uint16_t& transport_sequence) {
  while (next_frame_ <= now) {
    next_frame_ += config_.frame_interval;
    // An encoder's frames are lost where there is nobody to send to; they have no numbers.
    if (transport.connected()) send_frame(now, transport, transport_sequence);
  }
  while (!history_.empty() && history_.begin()->second.sent + kHistory < now)
    history_.erase(history_.begin());
}

void MediaSender::send_frame(Instant now, PeerTransport& transport, std::uint16_t& transport_sequence) {
  const bool video = config_.kind == rtp::MediaKind::video;
  const bool key_frame = video && std::exchange(key_frame_wanted_, false);
  if (key_frame) key_frames_.push_back(now);
  const std::size_t packets = key_frame ? config_.packets_a_key_frame : config_.packets_a_frame;
  for (std::size_t i = 0; i < packets; ++i) {
    const PacketId id{config_.publisher, next_number_++};
    const std::uint64_t sequence = sequence_of(id);
    const std::size_t length =
        config_.payload_bytes / 2 + random_.below(static_cast<std::uint32_t>(config_.payload_bytes));
    Packet& packet = history_[sequence];
    packet = {now, make_header(sequence, timestamp_at(now), video && i + 1 == packets, ++transport_sequence),
              make_payload(id, i == 0, key_frame, length)};
    timestamps_.push_back(timestamp_at(now));
    payload_bytes_.push_back(static_cast<std::uint32_t>(packet.payload.size()));
    payload_bytes_sent_ += payload_bytes_.back();
    transmit(sequence, packet, transport, now);
  }
}

rtp::Timestamp MediaSender::timestamp_at(Instant when) const {
  return {first_timestamp_ +
          static_cast<std::uint32_t>(rtp::to_ticks(when.time_since_epoch(), clock_rate(config_.kind)))};
}

std::vector<std::uint8_t> MediaSender::make_header(std::uint64_t sequence, rtp::Timestamp timestamp,
                                                   bool marker, std::uint16_t transport_sequence) const {
  std::array<std::uint8_t, 64> header;
  base::ByteWriter writer{header};
  writer.u8(0x90);
  writer.u8(static_cast<std::uint8_t>((marker ? 0x80 : 0) | format_.payload_type));
  writer.u16(static_cast<std::uint16_t>(sequence));
  writer.u32(timestamp.value);
  writer.u32(config_.ssrc.value);
  writer.u16(0xbede);  // RFC 8285 §4.2
  writer.u16(0);
  const std::size_t start = writer.size();
  const auto element = [&](std::uint8_t id, base::Bytes value) {
    if (id == 0) return;
    writer.u8(static_cast<std::uint8_t>(id << 4 | (value.size() - 1)));
    writer.bytes(value);
  };
  const std::uint8_t transport_cc[] = {static_cast<std::uint8_t>(transport_sequence >> 8),
                                       static_cast<std::uint8_t>(transport_sequence)};
  element(format_.transport_cc_id, transport_cc);
  // A browser writes the mid until the receiver knows the SSRC; here the first packets do.
  if (next_number_ < 100) element(format_.mid.empty() ? 0 : format_.mid_id, base::as_bytes(format_.mid));
  if (next_number_ < 100) element(format_.rid.empty() ? 0 : format_.rid_id, base::as_bytes(format_.rid));
  writer.zeros((4 - (writer.size() - start) % 4) % 4);
  writer.patch_u16(start - 2, static_cast<std::uint16_t>((writer.size() - start) / 4));
  const base::Bytes written = writer.written();
  return {written.begin(), written.end()};
}

void MediaSender::transmit(std::uint64_t sequence, const Packet& packet, PeerTransport& transport,
                           Instant now) {
  const Fate fate = transport.send_rtp(packet.header, packet.payload, sequence);
  ledger_.packets[sequence].push_back({now, fate});
}

void MediaSender::receive_nack(const rtp::Nack& nack, PeerTransport& transport, Instant now) {
  for (const rtp::SequenceNumber lost : nack) {
    const auto found = history_.find(rtp::extend(lost, config_.first_sequence + next_number_));
    if (found != history_.end()) transmit(found->first, found->second, transport, now);
  }
}

void MediaSender::overhear_nack(const rtp::Nack& nack, Instant now, const Fate& fate) {
  ++nacks_overheard_;
  for (const rtp::SequenceNumber lost : nack) {
    ledger_.requests[rtp::extend(lost, config_.first_sequence + next_number_)].push_back({now, fate});
  }
}

void MediaSender::receive_picture_loss(Instant now) {
  picture_losses_.push_back(now);
  key_frame_wanted_ = true;
}

std::optional<rtp::SenderInfo> MediaSender::info(Instant now) const {
  if (next_number_ == 0) return std::nullopt;
  return rtp::SenderInfo{rtp::NtpTime::of(wall_time_at(now)), timestamp_at(now), next_number_,
                         payload_bytes_sent_};
}

}  // namespace kaskado::sim
