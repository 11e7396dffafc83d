// Which protocol a datagram of a shared port belongs to, told by its first bytes (RFC 7983 §7, RFC 5761 §4).
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace kaskado::transport {

enum class DatagramKind : std::uint8_t { stun, dtls, rtp, rtcp, unknown };

inline DatagramKind kind_of(base::Bytes datagram) {
  if (datagram.empty()) return DatagramKind::unknown;
  const std::uint8_t first = datagram[0];
  if (first <= 3) return DatagramKind::stun;
  if (first >= 20 && first <= 63) return DatagramKind::dtls;
  if (first < 128 || first > 191 || datagram.size() < 2) return DatagramKind::unknown;
  const std::uint8_t second = datagram[1];
  return second >= 192 && second <= 223 ? DatagramKind::rtcp : DatagramKind::rtp;
}

// Of a datagram of DTLS: whether it is what an association carries, and no part of its making (RFC 6347 §4.1).
inline bool is_application_data(base::Bytes datagram) {
  constexpr std::uint8_t kApplicationData = 23;
  return datagram[0] == kApplicationData;
}

}  // namespace kaskado::transport
