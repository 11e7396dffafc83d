#include "pipeline/fec_ingest.hpp"

#include <utility>

#include "pipeline/shard.hpp"
#include "rtp/picture_gap.hpp"
#include "rtp/red.hpp"

namespace kaskado::pipeline {

using base::DropReason;

FecIngest::FecIngest(RtpSource& source, const sdp::NegotiatedFec& negotiated)
    : source_(source),
      red_{negotiated.red.value_or(kNone.value)},
      ulpfec_{negotiated.ulpfec.value_or(kNone.value)},
      flexfec_{negotiated.flexfec.value_or(kNone.value)},
      receiver_(source.shard().fec_counters()) {}

DropReason FecIngest::receive(rtp::MediaPacket&& packet, const rtp::ExtensionMap& extensions,
                              std::optional<rtp::Ssrc> protects, base::Instant now) {
  if (packet.header.payload_type == flexfec_) return receive_flexfec(packet, extensions, protects, now);
  if (packet.header.payload_type == red_ && !unwrap_red(packet)) return DropReason::bad_payload;
  if (packet.header.payload_type == ulpfec_) return receive_ulpfec(std::move(packet), extensions, now);
  return receive_media(std::move(packet), extensions, now);
}

// Padding has no RED header before it. Browsers send one block; what else there is of media is not repeated
// by FEC's rules.
bool FecIngest::unwrap_red(rtp::MediaPacket& packet) const {
  if (packet.header.payload_length == 0) {
    make_empty(packet);
    return true;
  }
  const auto blocks = rtp::RedBlocks::parse(packet.payload());
  if (!blocks) return false;
  blocks->leave_primary(packet);
  return true;
}

DropReason FecIngest::receive_media(rtp::MediaPacket&& packet, const rtp::ExtensionMap& extensions,
                                    base::Instant now) {
  const rtp::Ssrc ssrc = packet.header.ssrc;
  const DropReason drop = hand_on(std::move(packet), now);
  if (drop == DropReason::none && receiver_.waiting() != 0) recover(ssrc, extensions, now);
  return drop;
}

// It has a number of the media's, which the source is told of by a packet without payload: subscribers get
// their next number without a hole, as where padding is left out.
DropReason FecIngest::receive_ulpfec(rtp::MediaPacket&& packet, const rtp::ExtensionMap& extensions,
                                     base::Instant now) {
  const rtp::Ssrc ssrc = packet.header.ssrc;
  const auto fec = rtp::parse_ulpfec(packet.payload());
  DropReason drop = fec ? DropReason::none : DropReason::bad_fec;
  if (!fec) {
    receiver_.count_bad();
  } else if (const rtp::ReceiveStream* const stream = source_.stream_of(ssrc)) {
    drop = receiver_.receive(*fec, packet.packet, packet.payload(), *stream);
  }
  make_empty(packet);
  source_.receive(std::move(packet), now);
  recover(ssrc, extensions, now);
  return drop;
}

DropReason FecIngest::receive_flexfec(const rtp::MediaPacket& packet, const rtp::ExtensionMap& extensions,
                                      std::optional<rtp::Ssrc> protects, base::Instant now) {
  const auto fec = rtp::parse_flexfec(packet.payload());
  const rtp::ReceiveStream* const stream = fec ? source_.stream_of(*fec->ssrc) : nullptr;
  const bool signalled = fec && (!protects || *protects == *fec->ssrc);
  if (!stream || !signalled) {
    receiver_.count_bad();
    return fec ? DropReason::unknown_ssrc : DropReason::bad_fec;
  }
  const DropReason drop = receiver_.receive(*fec, packet.packet, packet.payload(), *stream);
  recover(*fec->ssrc, extensions, now);
  return drop;
}

// Each packet that is recovered may be the last but one of another FEC packet.
void FecIngest::recover(rtp::Ssrc ssrc, const rtp::ExtensionMap& extensions, base::Instant now) {
  while (const rtp::ReceiveStream* const stream = source_.stream_of(ssrc)) {
    auto packet = receiver_.recover(*stream, extensions, source_.shard().packets(), now);
    if (!packet) return;
    hand_on(std::move(*packet), now);
  }
}

// Media, with what came before and behind it.
DropReason FecIngest::hand_on(rtp::MediaPacket&& packet, base::Instant now) {
  const rtp::Ssrc ssrc = packet.header.ssrc;
  const rtp::SequenceNumber sequence = packet.header.sequence;
  const bool ends_picture = packet.header.marker;
  if (const rtp::ReceiveStream* const known = source_.stream_of(ssrc); known && ulpfec_ != kNone)
    close_gap(*known, packet, now);
  const DropReason drop = source_.receive(std::move(packet), now);
  const rtp::ReceiveStream* const stream = source_.stream_of(ssrc);
  if (drop != DropReason::none || !stream) return drop;
  const std::uint64_t number = stream->extended(sequence);
  receiver_.media_came(*stream, number);
  if (!ends_picture || ulpfec_ == kNone) return drop;
  // It came late: the picture behind it is there.
  for (std::uint64_t next = number + 1; next <= stream->highest() && next <= number + kMostBetween; ++next) {
    const rtp::MediaPacket* const first = stream->history().find(next);
    if (!first || first->header.payload_length == 0) continue;
    close_gap(*stream, *first, now);
    break;
  }
  return drop;
}

void FecIngest::make_empty(rtp::MediaPacket& packet) const {
  const MediaFormat* const current = source_.current();
  packet.header.payload_type = current ? current->payload_type : source_.formats().front().payload_type;
  packet.header.payload_length = 0;
  packet.header.marker = false;
}

// Where a picture follows the one before it at once, the numbers between them are of ULPFEC that was lost.
// Senders do not send that again: it is told as if it had come, so that nobody asks for it or takes it for
// lost media.
void FecIngest::close_gap(const rtp::ReceiveStream& stream, const rtp::MediaPacket& first,
                          base::Instant now) {
  const std::uint64_t number = stream.extended(first.header.sequence);
  const rtp::MediaPacket* last = nullptr;
  std::uint64_t back = 1;
  bool anything_missing = false;
  for (; back <= kMostBetween; ++back) {
    last = stream.history().find(number - back);
    if (last && last->header.payload_length != 0) break;
    if (!last && stream.has_come(number - back)) return;  // what that was is not known any more
    anything_missing = anything_missing || !last;
  }
  if (back > kMostBetween || !anything_missing) return;
  const MediaFormat* const format = source_.format(first.header.payload_type);
  if (!format) return;
  rtp::MediaPacket begins = first;
  begins.layer = rtp::read_video_layer(video_codec_of(format->codec), first.payload());
  const rtp::MediaPacket ends = *last;
  if (!rtp::follows_at_once(ends, begins)) return;
  while (--back > 0) {
    if (!stream.has_come(number - back)) fill(ends, number - back, now);
  }
}

void FecIngest::fill(const rtp::MediaPacket& ends, std::uint64_t number, base::Instant now) {
  rtp::MediaPacket filling{.header = {.ssrc = ends.header.ssrc,
                                      .timestamp = ends.header.timestamp,
                                      .sequence = rtp::low_bits(number),
                                      .payload_offset = rtp::kFixedHeaderBytes},
                           .abs_send_time = rtp::to_abs_send_time(now)};
  make_empty(filling);
  filling.delivery = rtp::Delivery::recovered;
  filling.packet = source_.shard().packets().acquire();
  if (!filling.packet) return;
  rtp::write_fixed_header(filling.header, filling.packet->bytes);
  filling.packet->length = rtp::kFixedHeaderBytes;
  filling.packet->arrived = now;
  source_.receive(std::move(filling), now);
}

}  // namespace kaskado::pipeline
