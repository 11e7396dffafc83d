// Where a TURN server is and who we are there, as Kurento's turnUrl says it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/socket_address.hpp"

namespace kaskado::ice {

enum class TurnTransport : std::uint8_t { udp, tcp, tls };

struct TurnServer {
  // Together longer ones would not fit a request (RFC 8489 §14.3); the password is only hashed.
  static constexpr std::size_t kMaxUsernameLength = 508;
  static constexpr std::size_t kMaxPasswordLength = 508;

  base::SocketAddress address;
  TurnTransport transport = TurnTransport::udp;
  std::string username;
  std::string password;

  // "user:password@address:port?transport=udp", "tcp" or "tls"; also behind "turn:" or "turns:" (RFC 7065).
  // The port may be left out: 3478, or 5349 for TLS. The address is numeric, that of IPv6 in brackets. The
  // user ends with the first
  // ':' and the password with the last '@'. The error says what is wrong, and repeats none of it.
  static base::Result<TurnServer> parse(std::string_view url);

  bool operator==(const TurnServer&) const = default;
};

}  // namespace kaskado::ice
