// The WebSocket server: a thin front of websocketpp, which compiles with GCC only as C++17. This header is
// valid C++17, and the files websocket_*.cpp are the only ones that see the library.
//
// Everything runs on the thread in run(), but for what says otherwise.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/access.hpp"
#include "control/connection.hpp"
#include "control/http.hpp"

namespace kaskado::control {

// A port of its own, for wss: and https:, TLS 1.2 and later.
struct TlsOptions {
  std::uint16_t port = 8433;  // 0 for any free one
  std::string certificate;    // a PEM file: the certificate, those of its chain, and the key
  std::string password;       // the key's, where it has one
  // A PEM file of authorities. Where it is named, only clients with a certificate of one of them are let in.
  std::string authorities;
};

struct WebSocketOptions {
  std::string address = "127.0.0.1";  // numeric, IPv4 or IPv6; of both ports
  bool is_plain = true;               // whether there is a port without TLS
  std::uint16_t port = 8888;          // 0 for any free one
  std::optional<TlsOptions> secure;
  AccessOptions access;
  std::string path = "/kurento";
  int backlog = 128;
  // Further TCP connections are closed at once.
  std::size_t max_connections = 4096;
  // A longer message closes the connection with 1009 (RFC 6455 §7.4.1).
  std::size_t max_message_bytes = 4 * 1024 * 1024;
  // A connection that reads so slowly that more than this waits for it is closed with 1008.
  std::size_t max_send_buffer_bytes = 8 * 1024 * 1024;
  // From the first byte to the end of the opening handshake or the HTTP request.
  std::chrono::milliseconds handshake_timeout{5000};
  // Open connections are pinged this often; one whose pong stays away for pong_timeout is closed.
  std::chrono::milliseconds ping_interval{30000};
  std::chrono::milliseconds pong_timeout{15000};
  // How long a closing handshake may take, and stop() as a whole.
  std::chrono::milliseconds close_timeout{2000};
};

// Told of what comes in.
class WebSocketHandler {
 public:
  virtual ~WebSocketHandler() = default;
  virtual void opened(ConnectionId connection) = 0;
  virtual void received(ConnectionId connection, std::string_view message) = 0;
  // After this the id is not heard of again.
  virtual void closed(ConnectionId connection) = 0;
};

struct WebSocketCounters {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;   // past max_connections
  std::uint64_t denied = 0;    // without a token, of a wrong origin, or of the other port's protocol
  std::uint64_t too_slow = 0;  // closed for max_send_buffer_bytes
  std::uint64_t messages_in = 0;
  std::uint64_t messages_out = 0;
};

class WebSocketServer {
 public:
  // Takes the ports. The error says which address or file and why. Connections wait until run().
  static base::Result<std::unique_ptr<WebSocketServer>> listen(const WebSocketOptions& options,
                                                               WebSocketHandler& handler, HttpHandler& pages);
  virtual ~WebSocketServer() = default;

  // 0 where there is no such port.
  virtual std::uint16_t port() const = 0;
  virtual std::uint16_t secure_port() const = 0;
  // Serves until stop() is done.
  virtual void run() = 0;
  // Any thread. Runs the tasks in their order, with one waking of the server's thread. False where the queue is
  // full or the server has stopped; none of them is then run.
  virtual bool post(std::vector<std::function<void()>> tasks) = 0;
  // Runs `task` once, after this time. One at a time: a second call replaces the first.
  virtual void wake_after(std::chrono::nanoseconds time, std::function<void()> task) = 0;
  // One text message; nothing happens where the connection is gone.
  virtual void send(ConnectionId connection, const std::string& text) = 0;
  // Reads the certificate and the access tokens again where their files have changed, or `always`, and logs what came of
  // it. Nobody's connection ends, and what cannot be read leaves things as they are.
  virtual void reload(bool always) = 0;
  // Any thread. Takes no more, says goodbye with 1001 and waits for at most close_timeout.
  virtual void stop() = 0;
  virtual const WebSocketCounters& counters() const = 0;
};

}  // namespace kaskado::control
