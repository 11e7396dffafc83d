#include "loop/interfaces.hpp"

#include <sys/socket.h>
#include <unistd.h>
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

// Connecting a UDP socket sends nothing: it makes the system choose a route.
base::SocketAddress source_address(const base::SocketAddress& remote) {
  const int fd = socket(remote.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return {};
  sockaddr_storage address{};
  socklen_t length = to_sockaddr(remote, address);
  const bool found = connect(fd, reinterpret_cast<sockaddr*>(&address), length) == 0;
  length = sizeof address;
  const bool named = found && getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  close(fd);
  return named ? from_sockaddr(address).with_port(0) : base::SocketAddress{};
}

}  // namespace kaskado::loop
