// The machine's network interfaces, as ICE wants them.
#pragma once

#include <string>
#include <vector>

#include "base/socket_address.hpp"

namespace kaskado::loop {

struct InterfaceAddress {
  std::string interface;
  base::SocketAddress address;  // port 0
};

// Addresses of interfaces that are up, read anew. Any thread.
std::vector<InterfaceAddress> interface_addresses();

// The address of ours that the system would send to `remote` from, port 0; not set where it has no route. Any thread.
base::SocketAddress source_address(const base::SocketAddress& remote);

}  // namespace kaskado::loop
