// websocketpp over Asio as the control port uses it. Only the websocket_*.cpp files include this, and are
// compiled as C++17.
#pragma once

#define _WEBSOCKETPP_CPP11_STL_
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include <websocketpp/concurrency/none.hpp>
#include <websocketpp/config/asio_no_tls.hpp>
#include <websocketpp/logger/stub.hpp>
#include <websocketpp/server.hpp>
#pragma GCC diagnostic pop

#include "control/connection.hpp"

namespace kaskado::control {

// Told when a connection object is destroyed: the one moment that all of them come to, whatever they were.
class ConnectionWatch {
 public:
  virtual void gone(ConnectionId id) = 0;

 protected:
  ~ConnectionWatch() = default;
};

// What websocketpp's connection objects inherit.
struct WatchedConnection {
  ~WatchedConnection() {
    if (watch) watch->gone(id);
  }
  ConnectionWatch* watch = nullptr;
  ConnectionId id = kNoConnection;
  bool is_open = false;
};

// One thread, no logging of its own, small buffers: there may be thousands of connections. `Base` is the
// library's configuration without TLS or with it.
template <typename Base>
struct WebSocketConfig : Base {
  typedef WebSocketConfig type;
  typedef Base base;
  typedef websocketpp::concurrency::none concurrency_type;
  typedef websocketpp::log::stub alog_type;
  typedef websocketpp::log::stub elog_type;
  typedef WatchedConnection connection_base;
  static const size_t connection_read_buffer_size = 4096;
  static const size_t max_http_body_size = 64 * 1024;

  struct transport_config : public Base::transport_config {
    typedef websocketpp::concurrency::none concurrency_type;
    typedef websocketpp::log::stub alog_type;
    typedef websocketpp::log::stub elog_type;
    static const bool enable_multithreading = false;
    // Milliseconds that TLS waits for the other side's goodbye when it has said its own.
    static const long timeout_socket_shutdown = 500;
  };
  typedef websocketpp::transport::asio::endpoint<transport_config> transport_type;
  [[maybe_unused]] static const bool enable_multithreading = false;
};

}  // namespace kaskado::control
