// The one packet that is missing of those that a FEC packet protects, made of all others (RFC 5109 §9, which
// FlexFEC has taken over).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "rtp/fec_packet.hpp"
#include "rtp/packet_history.hpp"

namespace kaskado::rtp {

// What is protected by `fec`, whose payload is given, and where that stands in the stream whose packets
// `history` has.
struct FecGroup {
  const FecPacket& fec;
  base::Bytes payload;
  std::uint64_t base_sequence = 0;  // extended
};

// Writes the RTP packet at `place` into `into` and gives its length in bytes. Nothing where the first level
// does not speak of it, another packet is not in the history or has not come as it was sent, or the packet
// would be longer than what is protected or than a datagram. Extensions that are written when a packet leaves
// stand for zeros, as browsers have it that send FEC.
std::optional<std::size_t> recover_packet(const FecGroup& group, std::size_t place, Ssrc ssrc,
                                          const PacketHistory& history, base::MutableBytes into);

}  // namespace kaskado::rtp
