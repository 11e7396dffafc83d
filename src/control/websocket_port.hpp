// One listening port of the control plane, without TLS or with it. All ports of a server share one loop, one
// row of connection ids, one bound on connections and one set of counters. Valid C++17; the server's thread
// only.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "control/access.hpp"
#include "control/websocket.hpp"

namespace kaskado::control {

class TlsContexts;

base::LogComponent& websocket_log();

// What the ports of one server have in common. Outlives them.
struct PortShare {
  const WebSocketOptions& options;
  WebSocketHandler& handler;
  HttpHandler& pages;
  const AccessGate& access;
  asio::io_context& io;
  std::function<void()> on_gone;  // a connection has ended, whatever it was
  std::size_t connections = 0;    // of all ports
  ConnectionId last_id = kNoConnection;
  WebSocketCounters counters{};
};

class WebSocketPort {
 public:
  virtual ~WebSocketPort() = default;
  // Takes the port: an empty text where it went well, else a sentence.
  virtual std::string listen() = 0;
  virtual std::uint16_t number() const = 0;
  // Connections are accepted from now on.
  virtual void begin() = 0;
  // False where this is none of the port's connections.
  virtual bool send(ConnectionId id, const std::string& text) = 0;
  // Pings what is open, and ends what is not and has an id up to `last_old`.
  virtual void ping_all(ConnectionId last_old) = 0;
  // Accepts no more, and says goodbye with 1001 to those who are there.
  virtual void begin_stop() = 0;
};

std::unique_ptr<WebSocketPort> make_plain_port(PortShare& share);
// `contexts` outlives the port.
std::unique_ptr<WebSocketPort> make_secure_port(PortShare& share, const TlsContexts& contexts);

}  // namespace kaskado::control
