#include "loop/interfaces.hpp"

#include <uv.h>

#include "loop/sockaddr.hpp"

namespace kaskado::loop {

std::vector<InterfaceAddress> interface_addresses() {
  uv_interface_address_t* found = nullptr;
  int count = 0;
  if (uv_interface_addresses(&found, &count) != 0) return {};
  std::vector<InterfaceAddress> addresses;
  for (int i = 0; i < count; ++i) {
    sockaddr_storage storage{};
    std::memcpy(&storage, &found[i].address, sizeof found[i].address);
    const base::SocketAddress address = from_sockaddr(storage).with_port(0);
    if (address.is_set()) addresses.push_back({found[i].name, address});
  }
  uv_free_interface_addresses(found, count);
  return addresses;
}

}  // namespace kaskado::loop
