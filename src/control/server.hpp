// The control plane on its thread, with its WebSocket server.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/result.hpp"
#include "control/control_plane.hpp"
#include "control/websocket.hpp"

namespace kaskado::control {

class Server final : public Outlet, private WebSocketHandler {
 public:
  // Takes the port, or says why it cannot. `pages` must outlive the server.
  static base::Result<std::unique_ptr<Server>> listen(const WebSocketOptions& options, HttpHandler& pages);
  ~Server() override;

  // Starts the thread, which is the only one to touch `plane` from then on until stop() has returned.
  void start(ControlPlane& plane);
  // Says goodbye to all clients, waits (a bounded time) until they have gone and ends the thread.
  void stop();

  // Any thread: runs tasks on the control thread. False where they will not run (see WebSocketServer::post).
  bool post(std::vector<std::function<void()>> tasks) { return sockets_->post(std::move(tasks)); }
  std::uint16_t port() const { return sockets_->port(); }
  std::uint16_t secure_port() const { return sockets_->secure_port(); }
  // Control thread: see WebSocketServer::reload. Changed files are found within a second without it.
  void reload() { sockets_->reload(true); }
  // Control thread.
  const WebSocketCounters& counters() const { return sockets_->counters(); }

  // Outlet, on the control thread.
  void send(ConnectionId connection, std::string text) override { sockets_->send(connection, text); }

 private:
  Server() = default;
  void opened(ConnectionId connection) override;
  void received(ConnectionId connection, std::string_view message) override;
  void closed(ConnectionId connection) override;
  void advance();

  std::unique_ptr<WebSocketServer> sockets_;
  ControlPlane* plane_ = nullptr;
  std::thread thread_;
};

}  // namespace kaskado::control
