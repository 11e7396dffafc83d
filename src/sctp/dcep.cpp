#include "sctp/dcep.hpp"

#include <algorithm>

#include "sctp/utf8.hpp"

namespace kaskado::sctp {
namespace {

// RFC 8832 §8.2.1.
constexpr std::uint8_t kAck = 0x02;
constexpr std::uint8_t kOpen = 0x03;

// RFC 8832 §8.2.2.
constexpr std::uint8_t kUnordered = 0x80;
constexpr std::uint8_t kReliable = 0x00;
constexpr std::uint8_t kPartialReliableRetransmit = 0x01;
constexpr std::uint8_t kPartialReliableTimed = 0x02;

constexpr std::size_t kOpenHeaderBytes = 12;

std::uint8_t channel_type(const ChannelParameters& parameters) {
  const std::uint8_t order = parameters.ordered ? 0 : kUnordered;
  if (parameters.max_retransmits) return order | kPartialReliableRetransmit;
  return parameters.max_lifetime_ms ? order | kPartialReliableTimed : order | kReliable;
}

// False where there is no such type.
bool take_reliability(std::uint8_t type, std::uint32_t parameter, ChannelParameters& parameters) {
  parameters.ordered = (type & kUnordered) == 0;
  switch (type & ~kUnordered) {
    case kReliable:
      return true;
    case kPartialReliableRetransmit:
      parameters.max_retransmits = parameter;
      return true;
    case kPartialReliableTimed:
      parameters.max_lifetime_ms = parameter;
      return true;
    default:
      return false;
  }
}

std::optional<DcepMessage> parse_open(base::ByteReader reader) {
  ChannelParameters parameters;
  const std::uint8_t type = reader.u8();
  parameters.priority = reader.u16();
  const std::uint32_t reliability = reader.u32();
  const std::uint16_t label_bytes = reader.u16();
  const std::uint16_t protocol_bytes = reader.u16();
  parameters.label = base::as_text(reader.take(label_bytes));
  parameters.protocol = base::as_text(reader.take(protocol_bytes));
  if (!reader.ok() || reader.remaining() != 0) return std::nullopt;
  if (!is_utf8(parameters.label) || !is_utf8(parameters.protocol)) return std::nullopt;
  if (!take_reliability(type, reliability, parameters)) return std::nullopt;
  return parameters;
}

}  // namespace

std::optional<DcepMessage> parse_dcep(base::Bytes message) {
  base::ByteReader reader(message);
  switch (reader.u8()) {
    case kOpen:
      return parse_open(reader);
    case kAck:
      if (message.size() == 1) return DataChannelAck{};
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

std::vector<std::uint8_t> write_open(const ChannelParameters& parameters) {
  std::vector<std::uint8_t> message(kOpenHeaderBytes + parameters.label.size() + parameters.protocol.size());
  base::ByteWriter writer(message);
  writer.u8(kOpen);
  writer.u8(channel_type(parameters));
  writer.u16(parameters.priority);
  writer.u32(parameters.max_retransmits.value_or(parameters.max_lifetime_ms.value_or(0)));
  writer.u16(static_cast<std::uint16_t>(parameters.label.size()));
  writer.u16(static_cast<std::uint16_t>(parameters.protocol.size()));
  writer.bytes(base::as_bytes(parameters.label));
  writer.bytes(base::as_bytes(parameters.protocol));
  return message;
}

std::vector<std::uint8_t> write_ack() {
  return {kAck};
}

}  // namespace kaskado::sctp
