#include "rtp/rtcp_reader.hpp"

#include "rtp/rtp_packet.hpp"

namespace kaskado::rtp {

namespace {

using base::ByteReader;
using base::Bytes;

constexpr std::size_t kHeaderBytes = 4;
constexpr std::uint8_t kGenericNack = 1;         // RFC 4585 §6.2.1
constexpr std::uint8_t kTransportWide = 15;      // draft-holmer §3.1
constexpr std::uint8_t kPictureLoss = 1;         // RFC 4585 §6.3.1
constexpr std::uint8_t kFullIntra = 4;           // RFC 5104 §4.3.1
constexpr std::uint8_t kApplicationLayer = 15;   // RFC 4585 §6.4
constexpr std::uint32_t kRembName = 0x52454d42;  // "REMB"

std::optional<ReportBlocks> take_blocks(ByteReader& reader, std::size_t count) {
  const Bytes blocks = reader.take(count * ReportBlock::kBytes);  // behind them: profile extensions
  if (!reader.ok()) return std::nullopt;
  return ReportBlocks(blocks);
}

std::optional<RtcpMessage> read_sender_report(std::uint8_t count, ByteReader reader) {
  SenderReport report;
  report.sender = Ssrc{reader.u32()};
  report.info.ntp = NtpTime{reader.u64()};
  report.info.rtp = Timestamp{reader.u32()};
  report.info.packets = reader.u32();
  report.info.payload_bytes = reader.u32();
  const auto blocks = take_blocks(reader, count);
  if (!blocks) return std::nullopt;
  report.blocks = *blocks;
  return report;
}

std::optional<RtcpMessage> read_receiver_report(std::uint8_t count, ByteReader reader) {
  ReceiverReport report;
  report.sender = Ssrc{reader.u32()};
  const auto blocks = take_blocks(reader, count);
  if (!blocks) return std::nullopt;
  report.blocks = *blocks;
  return report;
}

std::optional<RtcpMessage> read_goodbye(std::uint8_t count, ByteReader reader) {
  Goodbye goodbye;
  goodbye.sources = Ssrcs(reader.take(std::size_t{count} * 4));
  if (reader.ok() && reader.remaining() > 0) goodbye.reason = base::as_text(reader.take(reader.u8()));
  if (!reader.ok()) return std::nullopt;
  return goodbye;
}

std::optional<RtcpMessage> read_application(std::uint8_t count, ByteReader reader) {
  ApplicationMessage message;
  message.subtype = count;
  message.sender = Ssrc{reader.u32()};
  message.name = base::as_text(reader.take(4));
  message.data = reader.take(reader.remaining());
  if (!reader.ok()) return std::nullopt;
  return message;
}

std::optional<RtcpMessage> read_nack(Ssrc sender, Ssrc media, ByteReader reader) {
  if (reader.remaining() == 0 || reader.remaining() % 4 != 0) return std::nullopt;
  return Nack(sender, media, reader.take(reader.remaining()));
}

std::optional<RtcpMessage> read_transport_wide(Ssrc sender, Ssrc media, ByteReader reader) {
  TransportFeedback feedback;
  feedback.sender = sender;
  feedback.media = media;
  feedback.base_sequence = reader.u16();
  feedback.status_count = reader.u16();
  feedback.reference_time = static_cast<std::int32_t>(reader.u24() << 8) >> 8;
  feedback.feedback_count = reader.u8();
  feedback.statuses = reader.take(reader.remaining());
  if (!reader.ok() || feedback.status_count == 0) return std::nullopt;
  return feedback;
}

std::optional<RtcpMessage> read_full_intra(Ssrc sender, ByteReader reader) {
  if (reader.remaining() == 0 || reader.remaining() % 8 != 0) return std::nullopt;
  FullIntraRequest request;
  request.sender = sender;
  request.commands = decltype(request.commands)(reader.take(reader.remaining()));
  return request;
}

// The bitrate is an 18-bit mantissa shifted by a 6-bit exponent.
std::uint64_t remb_bitrate(std::uint8_t exponent, std::uint64_t mantissa) {
  const bool fits = exponent < 64 && (mantissa << exponent) >> exponent == mantissa;
  return fits ? mantissa << exponent : UINT64_MAX;
}

std::optional<RtcpMessage> read_remb(Ssrc sender, std::uint8_t type, ByteReader reader) {
  if (reader.u32() != kRembName || !reader.ok())
    return OtherRtcp{type, kApplicationLayer};  // some other application's
  Remb remb;
  remb.sender = sender;
  const std::size_t count = reader.u8();
  const std::uint32_t bitrate = reader.u24();
  remb.bitrate_bps = remb_bitrate(static_cast<std::uint8_t>(bitrate >> 18), bitrate & 0x3ffff);
  remb.media = Ssrcs(reader.take(count * 4));
  if (!reader.ok()) return std::nullopt;
  return remb;
}

// RFC 4585 §6.1: both SSRCs come first in every feedback message.
std::optional<RtcpMessage> read_feedback(std::uint8_t type, std::uint8_t format, ByteReader reader) {
  const Ssrc sender{reader.u32()};
  const Ssrc media{reader.u32()};
  if (!reader.ok()) return std::nullopt;
  if (type == static_cast<std::uint8_t>(RtcpType::transport_feedback)) {
    if (format == kGenericNack) return read_nack(sender, media, reader);
    if (format == kTransportWide) return read_transport_wide(sender, media, reader);
  } else {
    if (format == kPictureLoss) return PictureLossIndication{sender, media};
    if (format == kFullIntra) return read_full_intra(sender, reader);
    if (format == kApplicationLayer) return read_remb(sender, type, reader);
  }
  return OtherRtcp{type, format};
}

std::optional<RtcpMessage> read_message(std::uint8_t type, std::uint8_t count, Bytes body) {
  const ByteReader reader(body);
  switch (static_cast<RtcpType>(type)) {
    case RtcpType::sender_report:
      return read_sender_report(count, reader);
    case RtcpType::receiver_report:
      return read_receiver_report(count, reader);
    case RtcpType::source_description:
      return SourceDescription(count, body);
    case RtcpType::goodbye:
      return read_goodbye(count, reader);
    case RtcpType::application:
      return read_application(count, reader);
    case RtcpType::transport_feedback:
    case RtcpType::payload_feedback:
      return read_feedback(type, count, reader);
    case RtcpType::extended_report:
      break;
  }
  return OtherRtcp{type, count};
}

}  // namespace

// One RTCP packet with its header, without its padding. RFC 3550 §6.4.1 has it in the last one only, and in fours; what browsers
// send for draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1 is filled up by one to three bytes, several of them in one datagram.
std::optional<Bytes> RtcpReader::take_packet() {
  if (rest_.empty()) return std::nullopt;
  if (rest_.size() < kHeaderBytes || (rest_[0] & 0xc0) != kVersionBits) return std::nullopt;
  const std::size_t length = (std::size_t{base::load_u16(rest_.data() + 2)} + 1) * 4;
  if (length > rest_.size()) return std::nullopt;
  Bytes packet = rest_.first(length);
  if (packet[0] & 0x20) {
    const std::size_t padding = packet.back();
    if (padding == 0 || padding > length - kHeaderBytes) return std::nullopt;
    packet = packet.first(length - padding);
  }
  rest_ = rest_.subspan(length);
  return packet;
}

std::optional<RtcpMessage> RtcpReader::next() {
  while (!rest_.empty()) {
    const auto packet = take_packet();
    if (!packet) {
      malformed_ = true;
      rest_ = {};
      break;
    }
    const auto count = static_cast<std::uint8_t>((*packet)[0] & 0x1f);
    if (auto message = read_message((*packet)[1], count, packet->subspan(kHeaderBytes))) return message;
    malformed_ = true;
  }
  return std::nullopt;
}

}  // namespace kaskado::rtp
