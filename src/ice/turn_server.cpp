#include "ice/turn_server.hpp"

#include <optional>

#include "base/text.hpp"

namespace kaskado::ice {

namespace {

constexpr std::uint16_t kTurnPort = 3478;  // RFC 8656 §18.9
constexpr std::uint16_t kTurnsPort = 5349;

base::Error wrong(const char* what) {
  return base::Error{std::string("turnUrl: ") + what};
}

bool take_scheme(std::string_view& url, std::string_view scheme) {
  if (!base::equals_ignoring_case(url.substr(0, scheme.size()), scheme)) return false;
  url.remove_prefix(scheme.size());
  return true;
}

std::optional<TurnTransport> transport_of(std::string_view query) {
  constexpr std::string_view kName = "transport=";
  if (!query.starts_with(kName)) return std::nullopt;
  const std::string_view value = query.substr(kName.size());
  if (base::equals_ignoring_case(value, "udp")) return TurnTransport::udp;
  if (base::equals_ignoring_case(value, "tcp")) return TurnTransport::tcp;
  if (base::equals_ignoring_case(value, "tls")) return TurnTransport::tls;
  return std::nullopt;
}

std::optional<base::SocketAddress> address_of(std::string_view text, std::uint16_t default_port) {
  const bool bracketed = text.starts_with('[');
  const std::size_t end = bracketed ? text.find(']') : text.rfind(':');
  if (bracketed && end == std::string_view::npos) return std::nullopt;
  const std::string_view ip = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  std::string_view rest = bracketed                       ? text.substr(end + 1)
                          : end == std::string_view::npos ? ""
                                                          : text.substr(end);
  if (rest.empty()) return base::SocketAddress::parse(ip, default_port);
  if (rest.front() != ':') return std::nullopt;
  const auto port = base::parse_number<std::uint16_t>(rest.substr(1));
  if (!port || *port == 0) return std::nullopt;
  return base::SocketAddress::parse(ip, *port);
}

}  // namespace

base::Result<TurnServer> TurnServer::parse(std::string_view url) {
  url = base::trim(url);
  TurnServer server;
  if (take_scheme(url, "turns:")) {
    server.transport = TurnTransport::tls;
  } else {
    take_scheme(url, "turn:");
  }
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos)
    return wrong("a user and a password must stand before the address, with an '@'");
  const std::string_view who = url.substr(0, at);
  const std::size_t colon = who.find(':');
  if (colon == std::string_view::npos) return wrong("a ':' must stand between the user and the password");
  server.username = who.substr(0, colon);
  server.password = who.substr(colon + 1);
  if (server.username.empty() || server.username.size() > kMaxUsernameLength)
    return wrong("the user must have 1 to 508 characters");
  if (server.password.size() > kMaxPasswordLength) return wrong("the password is longer than 508 characters");
  std::string_view where = url.substr(at + 1);
  if (const std::size_t mark = where.find('?'); mark != std::string_view::npos) {
    const auto transport = transport_of(where.substr(mark + 1));
    if (!transport)
      return wrong("what follows the '?' must be transport=udp, transport=tcp or transport=tls");
    // RFC 7065 §3.1: turns over TCP is TLS.
    const bool secure = server.transport == TurnTransport::tls;
    if (!secure || *transport == TurnTransport::udp) server.transport = *transport;
    if (secure && *transport == TurnTransport::udp) return wrong("TURN over DTLS is not spoken");
    where = where.substr(0, mark);
  }
  const auto address = address_of(where, server.transport == TurnTransport::tls ? kTurnsPort : kTurnPort);
  if (!address || address->is_unspecified() || address->is_multicast()) {
    return wrong(
        "the address must be a numeric IPv4 address, or an IPv6 address in brackets, and may have a port");
  }
  server.address = *address;
  return server;
}

}  // namespace kaskado::ice
