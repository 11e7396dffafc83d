#include "loop/tcp_listener.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

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

struct TcpListener::Poll {
  uv_poll_t handle;
  TcpListener* owner;  // nullptr once it has gone
};

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
  listener->poll_ = new Poll{{}, listener.get()};
  uv_poll_init(loop.raw(), &listener->poll_->handle, fd);
  listener->poll_->handle.data = listener->poll_;
  listener->listen();
  return listener;
}

TcpListener::~TcpListener() {
  if (poll_) {
    poll_->owner = nullptr;
    uv_poll_stop(&poll_->handle);
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_->handle),
             [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
  }
  close(socket_);
}

void TcpListener::listen() {
  uv_poll_start(&poll_->handle, UV_READABLE, [](uv_poll_t* handle, int, int) {
    if (TcpListener* const owner = static_cast<Poll*>(handle->data)->owner) owner->accept_some();
  });
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
    uv_poll_stop(&poll_->handle);
    pause_.arm(monotonic_now() + kPause);
    return;
  }
}

}  // namespace kaskado::loop
