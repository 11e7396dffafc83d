#include "loop/tcp_listener.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "loop/sockaddr.hpp"

namespace kaskado::loop {
namespace {

// In one round of the loop, at the most.
constexpr int kMostAtOnce = 16;

void set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

}  // namespace

TcpListener::TcpListener(Loop& loop, int socket, Accepted accepted)
    : loop_(loop), socket_(socket), accepted_(std::move(accepted)), pause_(loop, [this] { listen(); }) {}

base::Result<std::unique_ptr<TcpListener>> TcpListener::open(Loop& loop, const base::SocketAddress& local,
                                                             int backlog, Accepted accepted) {
  const auto fail = [&](const char* what) {
    return base::Error{std::string(what) + " TCP " + local.text() + ": " + strerror(errno)};
  };
  const int fd = socket(local.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail("cannot make a socket for");
  std::unique_ptr<TcpListener> listener(new TcpListener(loop, fd, std::move(accepted)));
  // The port is free again as soon as the server has ended.
  set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (!local.is_v4()) set(fd, IPPROTO_IPV6, IPV6_V6ONLY, local.is_unspecified() ? 0 : 1);
  sockaddr_storage address;
  socklen_t length = to_sockaddr(local, address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0) return fail("cannot bind");
  if (::listen(fd, backlog) != 0) return fail("cannot listen on");
  length = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  listener->local_ = from_sockaddr(address);
  listener->watch_.emplace(loop, fd, [&self = *listener](int) { self.accept_some(); });
  listener->listen();
  return listener;
}

TcpListener::~TcpListener() {
  watch_.reset();
  close(socket_);
}

void TcpListener::listen() {
  watch_->wait_for(DescriptorWatch::kReadable);
}

void TcpListener::accept_some() {
  for (int i = 0; i < kMostAtOnce; ++i) {
    const int fd = accept4(socket_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      accepted_(std::make_unique<TcpConnection>(loop_, fd));
      continue;
    }
    // Others are the connection's own errors (accept(2)), or there is none.
    const bool lacks_something = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (!lacks_something) return;
    watch_->wait_for(0);
    pause_.arm(monotonic_now() + kPause);
    return;
  }
}

}  // namespace kaskado::loop
