// Hashes for tables whose keys come from the network: whoever does not know the seed cannot choose keys that
// meet.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/socket_address.hpp"

namespace kaskado::base {

// Three words to one.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t seed) {
  const auto multiply = [](std::uint64_t x, std::uint64_t y) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{x} * y;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  constexpr std::uint64_t kOdd1 = 0x9e3779b97f4a7c15, kOdd2 = 0xd6e8feb86659fd93;
  return multiply(multiply(a ^ seed, b ^ kOdd1) ^ c, seed ^ kOdd2);
}

inline std::uint64_t mix(const Path& path, std::uint64_t seed) {
  std::uint64_t low, high;
  std::memcpy(&low, path.remote.ip_bytes(), 8);
  std::memcpy(&high, path.remote.ip_bytes() + 8, 8);
  const std::uint64_t rest =
      path.remote.port() | std::uint64_t{path.port_index} << 16 | std::uint64_t{path.remote.scope()} << 32;
  return mix(low, high, rest, seed);
}

}  // namespace kaskado::base
