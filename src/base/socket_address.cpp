#include "base/socket_address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace kaskado::base {

SocketAddress SocketAddress::v4(std::array<std::uint8_t, 4> ip, std::uint16_t port) {
  SocketAddress address;
  address.family_ = Family::v4;
  std::copy(ip.begin(), ip.end(), address.ip_.begin());
  address.port_ = port;
  return address;
}

SocketAddress SocketAddress::v6(std::array<std::uint8_t, 16> ip, std::uint16_t port, std::uint32_t scope) {
  SocketAddress address;
  address.family_ = Family::v6;
  address.ip_ = ip;
  address.port_ = port;
  address.scope_ = address.is_link_local() ? scope : 0;
  return address;
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view ip, std::uint16_t port) {
  char text[INET6_ADDRSTRLEN];
  if (ip.empty() || ip.size() >= sizeof text) return std::nullopt;
  std::memcpy(text, ip.data(), ip.size());
  text[ip.size()] = '\0';
  std::array<std::uint8_t, 4> four;
  if (inet_pton(AF_INET, text, four.data()) == 1) return v4(four, port);
  std::array<std::uint8_t, 16> sixteen;
  if (inet_pton(AF_INET6, text, sixteen.data()) == 1) return v6(sixteen, port);
  return std::nullopt;
}

bool SocketAddress::is_loopback() const {
  if (is_v4()) return ip_[0] == 127;
  return is_v6() && ip_[15] == 1 && std::all_of(ip_.begin(), ip_.end() - 1, [](auto b) { return b == 0; });
}

bool SocketAddress::is_link_local() const {
  if (is_v4()) return ip_[0] == 169 && ip_[1] == 254;
  return is_v6() && ip_[0] == 0xfe && (ip_[1] & 0xc0) == 0x80;
}

bool SocketAddress::is_unspecified() const {
  return std::all_of(ip_.begin(), ip_.end(), [](auto b) { return b == 0; });
}

bool SocketAddress::is_multicast() const {
  if (is_v4()) return (ip_[0] & 0xf0) == 0xe0;
  return is_v6() && ip_[0] == 0xff;
}

SocketAddress SocketAddress::with_port(std::uint16_t port) const {
  SocketAddress copy = *this;
  copy.port_ = port;
  return copy;
}

std::string SocketAddress::ip_text() const {
  if (!is_set()) return {};
  char text[INET6_ADDRSTRLEN];
  inet_ntop(is_v4() ? AF_INET : AF_INET6, ip_.data(), text, sizeof text);
  return text;
}

std::string SocketAddress::text() const {
  if (is_v6()) return "[" + ip_text() + "]:" + std::to_string(port_);
  return ip_text() + ":" + std::to_string(port_);
}

}  // namespace kaskado::base
