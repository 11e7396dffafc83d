// A client's connection as the control plane sees it: a number to send to.
#pragma once

#include <cstdint>
#include <string>

namespace kaskado::control {

// Never used again within one process; 0 is none.
using ConnectionId = std::uint64_t;
inline constexpr ConnectionId kNoConnection = 0;

class Outlet {
 public:
  virtual ~Outlet() = default;
  // One text message. Sending to a connection that is gone does nothing.
  virtual void send(ConnectionId connection, std::string text) = 0;
};

}  // namespace kaskado::control
