// FEC packets taken apart: ULPFEC (RFC 5109 §7), and FlexFEC as browsers have it, "flexfec-03"
// (draft-ietf-payload-flexible-fec-scheme-03 §4.2; RFC 8627 came after it and has other headers).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "rtp/fec_mask.hpp"
#include "rtp/types.hpp"

namespace kaskado::rtp {

// The parity of a stretch of all packets of the mask.
struct FecLevel {
  FecMask mask;                     // the place i stands for the number base_sequence + i
  std::uint16_t first = 0;          // of the protected bytes, counted from behind the packets' fixed header
  std::uint16_t length = 0;         // in bytes
  std::uint16_t parity_offset = 0;  // where they stand, counted from the FEC payload's first byte
};

// Fields called recovery are the parity of that field of all packets of the first level.
struct FecPacket {
  // Of more levels the packet is not taken (RFC 5109 §7.4); who sends levels at all has two.
  static constexpr std::size_t kMostLevels = 4;

  std::optional<Ssrc> ssrc;  // FlexFEC: of what it protects; ULPFEC protects the stream that it comes in
  SequenceNumber base_sequence;
  std::uint8_t flags_recovery = 0;  // P, X and CC as in the first octet of an RTP header
  std::uint8_t type_recovery = 0;   // M and PT as in the second
  std::uint32_t timestamp_recovery = 0;
  // Of what stands behind the fixed header: contributing sources, extension, payload, padding; in bytes.
  std::uint16_t length_recovery = 0;

  std::span<const FecLevel> levels() const { return {level_.data(), count_}; }
  void add(const FecLevel& level) { level_[count_++] = level; }
  bool full() const { return count_ == kMostLevels; }
  // What any level speaks of.
  FecMask mask() const {
    FecMask all;
    for (const FecLevel& level : levels()) all |= level.mask;
    return all;
  }

 private:
  std::array<FecLevel, kMostLevels> level_{};
  std::size_t count_ = 0;
};

// The payload of a FEC packet, without the RED header that ULPFEC comes in. Nothing where headers or parity
// do not fit it, a mask is empty, or it is of a kind that no browser sends: ULPFEC with extensions; FlexFEC
// that repeats packets (R), has a fixed pattern (F), or protects several streams.
std::optional<FecPacket> parse_ulpfec(base::Bytes payload);
std::optional<FecPacket> parse_flexfec(base::Bytes payload);

}  // namespace kaskado::rtp
