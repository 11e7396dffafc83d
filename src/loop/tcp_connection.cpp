#include "loop/tcp_connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "loop/sockaddr.hpp"

namespace kaskado::loop {

TcpConnection::TcpConnection(Loop& loop, int socket)
    : socket_(socket), watch_(std::in_place, loop, socket, [this](int events) { on_ready(events); }) {
  sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0)
    peer_ = from_sockaddr(address);
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

std::unique_ptr<TcpConnection> TcpConnection::connect(Loop& loop, const base::SocketAddress& local,
                                                      const base::SocketAddress& remote) {
  const int fd = socket(remote.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return nullptr;
  auto connection = std::make_unique<TcpConnection>(loop, fd);
  connection->peer_ = remote;
  sockaddr_storage address;
  socklen_t length = to_sockaddr(local, address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0) return nullptr;
  length = to_sockaddr(remote, address);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 && errno != EINPROGRESS) return nullptr;
  return connection;
}

TcpConnection::~TcpConnection() {
  watch_.reset();
  close(socket_);
}

void TcpConnection::start_reading(TcpHandler& handler) {
  handler_ = &handler;
  is_reading_ = true;
  renew_interest();
}

void TcpConnection::stop_reading() {
  is_reading_ = false;
  renew_interest();
}

void TcpConnection::renew_interest() {
  watch_->wait_for((is_reading_ && !has_ended_ ? DescriptorWatch::kReadable : 0) |
                   (unwritten_.empty() ? 0 : DescriptorWatch::kWritable));
}

void TcpConnection::on_ready(int events) {
  if ((events & DescriptorWatch::kWritable) && !flush()) return end();
  if ((events & DescriptorWatch::kReadable) && is_reading_) read();
}

// Once a round, so that others have their turn.
void TcpConnection::read() {
  std::array<std::uint8_t, kReadBytes> buffer;
  const ssize_t size = recv(socket_, buffer.data(), buffer.size(), 0);
  if (size > 0) {
    handler_->on_bytes({buffer.data(), static_cast<std::size_t>(size)}, monotonic_now());
  } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
    end();
  }
}

void TcpConnection::end() {
  if (std::exchange(has_ended_, true)) return;
  unwritten_.clear();
  renew_interest();
  if (handler_) handler_->on_end(monotonic_now());
}

void TcpConnection::write(std::string_view bytes) {
  if (has_ended_ && unwritten_.empty()) {
    // The peer may read although it sends no more; where it is gone the kernel says so, and nobody needs to
    // know.
    (void)send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return;
  }
  unwritten_ += bytes;
  flush();
}

bool TcpConnection::flush() {
  while (!unwritten_.empty()) {
    const ssize_t size = send(socket_, unwritten_.data(), unwritten_.size(), MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno != EAGAIN) {
      unwritten_.clear();
      return false;
    }
    if (size < 0) break;
    unwritten_.erase(0, static_cast<std::size_t>(size));
  }
  if (unwritten_.empty() && std::exchange(is_finishing_, false)) shutdown(socket_, SHUT_WR);
  renew_interest();
  return true;
}

void TcpConnection::finish_writing() {
  is_finishing_ = true;
  flush();
}

}  // namespace kaskado::loop
