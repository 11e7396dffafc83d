// Hand-made packets for the tests of this room.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/packet.hpp"
#include "rtp/media_packet.hpp"
#include "support/hex.hpp"

namespace kaskado::rtp::test {

using namespace std::chrono_literals;

using kaskado::test::hex;
using Octets = std::vector<std::uint8_t>;

inline base::Instant at(base::Duration since_start) {
  return base::Instant{10s} + since_start;
}

inline const Octets kVp8KeyFrame{0x10, 0x00, 0x02};
inline const Octets kVp8DeltaFrame{0x10, 0x01, 0x02};

struct PacketSpec {
  std::uint16_t sequence = 1;
  std::uint32_t timestamp = 0;
  std::uint8_t payload_type = 96;
  std::uint32_t ssrc = 0x1234;
  bool marker = false;
  Octets extension;  // a whole block with profile and length, or nothing
  Octets payload = kVp8DeltaFrame;
  Octets csrcs;
};

inline base::PacketRef make_packet(base::PacketPool& pool, const PacketSpec& spec,
                                   base::Instant arrived = at(0s)) {
  base::PacketRef packet = pool.acquire();
  if (!packet) std::abort();  // a test that holds more packets than its pool has
  base::ByteWriter writer({packet->bytes, sizeof packet->bytes});
  writer.u8(static_cast<std::uint8_t>(0x80 | (spec.extension.empty() ? 0 : 0x10) | spec.csrcs.size() / 4));
  writer.u8(static_cast<std::uint8_t>((spec.marker ? 0x80 : 0) | spec.payload_type));
  writer.u16(spec.sequence);
  writer.u32(spec.timestamp);
  writer.u32(spec.ssrc);
  writer.bytes(spec.csrcs);
  writer.bytes(spec.extension);
  writer.bytes(spec.payload);
  packet->length = static_cast<std::uint16_t>(writer.size());
  packet->arrived = arrived;
  return packet;
}

inline MediaPacket make_media(base::PacketPool& pool, const PacketSpec& spec, base::Instant arrived = at(0s),
                              const ExtensionMap& map = {}) {
  return *read_media_packet(make_packet(pool, spec, arrived), map);
}

}  // namespace kaskado::rtp::test
