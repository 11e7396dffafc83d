// What the first octets of an Opus packet say (RFC 6716 §3).
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace kaskado::codec {

struct OpusPacket {
  base::Duration frame_duration{};
  int frames = 0;
  int channels = 1;
  base::Duration duration() const { return frame_duration * frames; }
};

// Nothing where it breaks one of the rules R1 … R7 of RFC 6716 §3.4.
std::optional<OpusPacket> parse_opus_packet(base::Bytes packet);

}  // namespace kaskado::codec
