#include "control/server.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <utility>

#include "loop/loop.hpp"

namespace kaskado::control {

namespace {

// Media goes first: this thread does not interrupt the shard whose core it is woken on, it waits until that
// sleeps or has had its share (sched(7), SCHED_BATCH). Meanwhile more gathers to be done at once.
void let_media_go_first() {
  const sched_param none{};
  pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);  // where it is refused, it is only less fair
}

}  // namespace

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
    pthread_setname_np(pthread_self(), "control");
    let_media_go_first();
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
  sockets_->reload(false);
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
