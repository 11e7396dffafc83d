// An IPv4 or IPv6 address with a port, as a plain value: comparable, hashable, no sockets needed.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace kaskado::base {

class SocketAddress {
 public:
  SocketAddress() = default;
  static SocketAddress v4(std::array<std::uint8_t, 4> ip, std::uint16_t port);
  // `scope` is the interface index of a link-local address, else 0.
  static SocketAddress v6(std::array<std::uint8_t, 16> ip, std::uint16_t port, std::uint32_t scope = 0);
  // Numeric addresses only ("192.0.2.1", "2001:db8::1"); names give nothing.
  static std::optional<SocketAddress> parse(std::string_view ip, std::uint16_t port);

  bool is_set() const { return family_ != Family::none; }
  bool is_v4() const { return family_ == Family::v4; }
  bool is_v6() const { return family_ == Family::v6; }
  bool is_loopback() const;
  bool is_link_local() const;
  bool is_unspecified() const;
  bool is_multicast() const;

  std::uint16_t port() const { return port_; }
  std::uint32_t scope() const { return scope_; }
  SocketAddress with_port(std::uint16_t port) const;
  // The address bytes in network order: 4 or 16 of them, 0 where not set.
  const std::uint8_t* ip_bytes() const { return ip_.data(); }
  std::size_t ip_size() const { return is_v4() ? 4 : is_v6() ? 16 : 0; }

  std::string ip_text() const;
  // "192.0.2.1:5000" or "[2001:db8::1]:5000".
  std::string text() const;

  bool operator==(const SocketAddress& other) const {
    return port_ == other.port_ && family_ == other.family_ && scope_ == other.scope_ && ip_ == other.ip_;
  }
  std::size_t hash() const {
    std::uint64_t low, high;
    std::memcpy(&low, ip_.data(), 8);
    std::memcpy(&high, ip_.data() + 8, 8);
    std::uint64_t h = (low ^ (high * 0x9e3779b97f4a7c15ull)) + port_;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93ull;
    h ^= h >> 32;
    return static_cast<std::size_t>(h);
  }

 private:
  enum class Family : std::uint8_t { none, v4, v6 };
  std::array<std::uint8_t, 16> ip_{};
  std::uint32_t scope_ = 0;
  std::uint16_t port_ = 0;
  Family family_ = Family::none;
};

// The way a datagram goes: from which of our sockets (an index into the shard's ports) to which address.
struct Path {
  std::uint16_t port_index = 0;
  SocketAddress remote;
  bool operator==(const Path&) const = default;
};

}  // namespace kaskado::base

template <>
struct std::hash<kaskado::base::SocketAddress> {
  std::size_t operator()(const kaskado::base::SocketAddress& a) const noexcept { return a.hash(); }
};
