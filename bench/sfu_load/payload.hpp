// What the publishers send: payloads that look like VP8 (RFC 7741) or like audio, and tell who sent them, as
// the how manyeth packet, and when. All the rest of a payload follows from that, so that a receiver can tell
// a changed one.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace kaskado::bench {

struct PayloadMark {
  std::uint32_t publisher = 0;
  std::uint32_t number = 0;  // of the publisher's packets, from 0
  base::WallTime sent;
};

// What VP8's payload descriptor and frame header say; audio has neither.
struct Vp8Marks {
  std::uint16_t picture_id = 0;
  bool starts_frame = false;
  bool key_frame = false;
};

// The least that a payload takes.
inline constexpr std::size_t kMinPayloadBytes = 36;

// Both fill the whole of `payload`.
void write_vp8_payload(base::MutableBytes payload, const Vp8Marks& vp8, const PayloadMark& mark);
void write_audio_payload(base::MutableBytes payload, const PayloadMark& mark);
// Nothing where it is none of these, whole and unchanged.
std::optional<PayloadMark> read_payload(base::Bytes payload);

}  // namespace kaskado::bench
