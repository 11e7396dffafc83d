#include "control/server.hpp"

#include <algorithm>
#include <utility>

#include "loop/loop.hpp"

namespace kaskado::control {

base::Result<std::unique_ptr<Server>> Server::listen(const WebSocketOptions& options, HttpHandler& pages) {
  std::unique_ptr<Server> server(new Server);
  auto sockets = WebSocketServer::listen(options, *server, pages);
  if (!sockets) return std::move(sockets).error();
  server->sockets_ = std::move(sockets).value();
  return server;
}

Server::~Server() {
  stop();
}

void Server::start(ControlPlane& plane) {
  plane_ = &plane;
  thread_ = std::thread([this] {
    advance();
    sockets_->run();
  });
}

void Server::stop() {
  if (!thread_.joinable()) return;
  sockets_->stop();
  thread_.join();
}

void Server::advance() {
  plane_->advance(loop::monotonic_now());
  const base::Duration wait = plane_->deadline() - loop::monotonic_now();
  sockets_->wake_after(std::max(wait, base::Duration::zero()), [this] { advance(); });
}

void Server::opened(ConnectionId connection) {
  plane_->connected(connection, loop::monotonic_now());
}

void Server::received(ConnectionId connection, std::string_view message) {
  plane_->receive(connection, message, loop::monotonic_now());
}

void Server::closed(ConnectionId connection) {
  plane_->disconnected(connection, loop::monotonic_now());
}

}  // namespace kaskado::control
