// Names what comes into a mixer and what goes out of it at one place: a hub's port.
#pragma once

#include <compare>
#include <cstdint>

namespace kaskado::media {

struct PortId {
  std::uint32_t value = 0;
  auto operator<=>(const PortId&) const = default;
};

}  // namespace kaskado::media
