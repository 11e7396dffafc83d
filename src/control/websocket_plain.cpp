// The port without TLS. Compiled as C++17.
#include "control/websocket_port_impl.hpp"

namespace kaskado::control {
namespace {

// A record of TLS that holds a handshake begins so (RFC 8446 §5.1).
constexpr unsigned char kHandshake = 22;
// A fatal alert, handshake_failure (RFC 8446 §6.2): the client says at once what is wrong, and does not wait.
constexpr char kHandshakeFailure[] = {21, 3, 1, 0, 2, 2, 40};

class PlainPort final : public PortOf<WebSocketConfig<websocketpp::config::asio>> {
 public:
  explicit PlainPort(PortShare& share) : PortOf(share, share.options.port) {}

 private:
  std::string refusal_of(unsigned char first_byte) const override {
    return first_byte == kHandshake ? std::string(kHandshakeFailure, sizeof kHandshakeFailure)
                                    : std::string();
  }
};

}  // namespace

std::unique_ptr<WebSocketPort> make_plain_port(PortShare& share) {
  return std::make_unique<PlainPort>(share);
}

}  // namespace kaskado::control
