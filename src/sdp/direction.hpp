// Which way media flows, as one side of a session says it of itself (RFC 8866 §6.7).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kaskado::sdp {

// Bit 0: sends; bit 1: receives.
enum class Direction : std::uint8_t { inactive = 0, sendonly = 1, recvonly = 2, sendrecv = 3 };

constexpr bool sends(Direction d) {
  return (static_cast<unsigned>(d) & 1u) != 0;
}
constexpr bool receives(Direction d) {
  return (static_cast<unsigned>(d) & 2u) != 0;
}
constexpr Direction make_direction(bool send, bool receive) {
  return static_cast<Direction>((send ? 1u : 0u) | (receive ? 2u : 0u));
}
// The same flow seen from the other side.
constexpr Direction reverse(Direction d) {
  return make_direction(receives(d), sends(d));
}
// What both allow.
constexpr Direction intersect(Direction a, Direction b) {
  return static_cast<Direction>(static_cast<unsigned>(a) & static_cast<unsigned>(b));
}

constexpr std::string_view to_string(Direction d) {
  switch (d) {
    case Direction::inactive:
      return "inactive";
    case Direction::sendonly:
      return "sendonly";
    case Direction::recvonly:
      return "recvonly";
    case Direction::sendrecv:
      break;
  }
  return "sendrecv";
}

constexpr std::optional<Direction> parse_direction(std::string_view name) {
  for (const Direction d :
       {Direction::inactive, Direction::sendonly, Direction::recvonly, Direction::sendrecv}) {
    if (name == to_string(d)) return d;
  }
  return std::nullopt;
}

}  // namespace kaskado::sdp
