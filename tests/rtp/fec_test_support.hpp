// FEC packets as a sender makes them (RFC 5109 §8; FlexFEC by draft-ietf-payload-flexible-fec-scheme-03),
// written down plainly.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/packet.hpp"

namespace kaskado::rtp::test {

using Octets = std::vector<std::uint8_t>;
// Whole RTP packets, as they are sent but for RED, in the order of their numbers.
using Group = std::vector<Octets>;

inline Octets octets_of(const base::PacketRef& packet) {
  return {packet->bytes, packet->bytes + packet->length};
}
inline std::uint16_t sequence_of(const Octets& packet) {
  return base::load_u16(&packet[2]);
}

inline void put(Octets& octets, std::uint64_t value, std::size_t bytes) {
  while (bytes-- > 0) octets.push_back(static_cast<std::uint8_t>(value >> 8 * bytes));
}

struct RecoveryFields {
  std::uint8_t flags = 0, type = 0;
  std::uint32_t timestamp = 0;
  std::uint16_t length = 0;
};
inline RecoveryFields recovery_of(const Group& group) {
  RecoveryFields fields;
  for (const Octets& packet : group) {
    fields.flags ^= packet[0] & 0x3f;
    fields.type ^= packet[1];
    fields.timestamp ^= base::load_u32(&packet[4]);
    fields.length = static_cast<std::uint16_t>(fields.length ^ (packet.size() - 12));
  }
  return fields;
}

// Of the bytes from `first` on that stand behind the fixed headers.
inline Octets parity_of(const Group& group, std::size_t first, std::size_t length) {
  Octets parity(length);
  for (const Octets& packet : group) {
    for (std::size_t i = 0; i < length && 12 + first + i < packet.size(); ++i)
      parity[i] ^= packet[12 + first + i];
  }
  return parity;
}
inline std::size_t longest(const Group& group) {
  std::size_t most = 0;
  for (const Octets& packet : group) most = std::max(most, packet.size() - 12);
  return most;
}

// The bits of a mask, the first one first.
inline std::vector<bool> mask_of(const Group& group, std::uint16_t base, std::size_t bits) {
  std::vector<bool> mask(bits);
  for (const Octets& packet : group) mask.at(static_cast<std::uint16_t>(sequence_of(packet) - base)) = true;
  return mask;
}
inline std::uint64_t word_of(const std::vector<bool>& mask, std::size_t first, std::size_t bits) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bits; ++i) word = word << 1 | (mask[first + i] ? 1 : 0);
  return word;
}

struct Level {
  Group group;
  std::size_t bytes;
};
inline Octets ulpfec(std::uint16_t base, const std::vector<Level>& levels) {
  std::uint16_t furthest = 0;
  for (const Level& level : levels)
    furthest = std::max(furthest, static_cast<std::uint16_t>(sequence_of(level.group.back()) - base));
  const bool long_mask = furthest >= 16;
  const RecoveryFields fields = recovery_of(levels.front().group);
  Octets payload;
  put(payload, fields.flags | (long_mask ? 0x40 : 0), 1);
  put(payload, fields.type, 1);
  put(payload, base, 2);
  put(payload, fields.timestamp, 4);
  put(payload, fields.length, 2);
  std::size_t first = 0;
  for (const Level& level : levels) {
    put(payload, level.bytes, 2);
    put(payload, word_of(mask_of(level.group, base, 48), 0, long_mask ? 48 : 16), long_mask ? 6 : 2);
    const Octets parity = parity_of(level.group, first, level.bytes);
    payload.insert(payload.end(), parity.begin(), parity.end());
    first += level.bytes;
  }
  return payload;
}
inline Octets ulpfec(const Group& group) {
  return ulpfec(sequence_of(group.front()), {{group, longest(group)}});
}

inline Octets flexfec(const Group& group, std::uint32_t ssrc) {
  const std::uint16_t base = sequence_of(group.front());
  const auto furthest = static_cast<std::uint16_t>(sequence_of(group.back()) - base);
  const std::vector<bool> mask = mask_of(group, base, 109);
  const RecoveryFields fields = recovery_of(group);
  Octets payload;
  put(payload, fields.flags, 1);
  put(payload, fields.type, 1);
  put(payload, fields.length, 2);
  put(payload, fields.timestamp, 4);
  put(payload, 0x01000000, 4);
  put(payload, ssrc, 4);
  put(payload, base, 2);
  put(payload, (furthest < 15 ? 0x8000u : 0u) | word_of(mask, 0, 15), 2);
  if (furthest >= 15) put(payload, (furthest < 46 ? 0x80000000u : 0u) | word_of(mask, 15, 31), 4);
  if (furthest >= 46) put(payload, std::uint64_t{1} << 63 | word_of(mask, 46, 63), 8);
  const Octets parity = parity_of(group, 0, longest(group));
  payload.insert(payload.end(), parity.begin(), parity.end());
  return payload;
}

}  // namespace kaskado::rtp::test
