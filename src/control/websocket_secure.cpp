// The port with TLS. Compiled as C++17.
#include "control/websocket_port_impl.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include <websocketpp/config/asio.hpp>
#pragma GCC diagnostic pop

#include "control/tls_contexts.hpp"

namespace kaskado::control {
namespace {

std::string plain_http_refused() {
  const HttpResponse response = text_response(400, "This port speaks TLS: use wss:// or https://.");
  std::string text = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n";
  for (const auto& [name, value] : response.headers) text += name + ": " + value + "\r\n";
  text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n";
  return text + response.body;
}

class SecurePort final : public PortOf<WebSocketConfig<websocketpp::config::asio_tls>> {
 public:
  SecurePort(PortShare& share, const TlsContexts& contexts)
      : PortOf(share, contexts.options().port), plain_http_refused_(plain_http_refused()) {
    endpoint().set_tls_init_handler([&contexts](Handle) { return contexts.current(); });
  }

 private:
  // Methods of HTTP are capital letters; what is neither TLS nor HTTP is left to TLS, which refuses it.
  std::string refusal_of(unsigned char first_byte) const override {
    return first_byte >= 'A' && first_byte <= 'Z' ? plain_http_refused_ : std::string();
  }

  const std::string plain_http_refused_;
};

}  // namespace

std::unique_ptr<WebSocketPort> make_secure_port(PortShare& share, const TlsContexts& contexts) {
  return std::make_unique<SecurePort>(share, contexts);
}

}  // namespace kaskado::control
