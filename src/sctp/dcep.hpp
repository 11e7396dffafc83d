// The messages by which data channels are opened (RFC 8832 §5).
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "sctp/channel.hpp"

namespace kaskado::sctp {

struct DataChannelAck {};
using DcepMessage = std::variant<ChannelParameters, DataChannelAck>;

// Nothing where it is cut short or longer than it says, of an unknown type, or where label or protocol is no
// UTF-8.
std::optional<DcepMessage> parse_dcep(base::Bytes message);

// Label and protocol have 65,535 bytes at the most.
std::vector<std::uint8_t> write_open(const ChannelParameters& parameters);
std::vector<std::uint8_t> write_ack();

}  // namespace kaskado::sctp
