// Between SocketAddress and the kernel's form of it. Private to this room.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "base/socket_address.hpp"

namespace kaskado::loop {

inline socklen_t to_sockaddr(const base::SocketAddress& address, sockaddr_storage& out) {
  if (address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port());
    std::memcpy(&v4.sin_addr, address.ip_bytes(), 4);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port());
  v6.sin6_scope_id = address.scope();
  std::memcpy(&v6.sin6_addr, address.ip_bytes(), 16);
  return sizeof v6;
}

// An unset address where the family is neither IPv4 nor IPv6.
inline base::SocketAddress from_sockaddr(const sockaddr_storage& in) {
  if (in.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(in);
    std::array<std::uint8_t, 4> ip;
    std::memcpy(ip.data(), &v4.sin_addr, ip.size());
    return base::SocketAddress::v4(ip, ntohs(v4.sin_port));
  }
  if (in.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(in);
    std::array<std::uint8_t, 16> ip;
    std::memcpy(ip.data(), &v6.sin6_addr, ip.size());
    return base::SocketAddress::v6(ip, ntohs(v6.sin6_port), v6.sin6_scope_id);
  }
  return {};
}

}  // namespace kaskado::loop
