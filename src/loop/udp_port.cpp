#include "loop/udp_port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "loop/sockaddr.hpp"

namespace kaskado::loop {

namespace {

// A burst of key frames to many viewers must fit.
constexpr int kSocketBufferBytes = 4 << 20;
// Of one wake-up, so that a flood on one port cannot starve the loop's timers and mailbox: so many batches,
// and none after so long.
constexpr int kMaxBatches = 8;
constexpr base::Duration kLongestTurn = std::chrono::milliseconds(1);

void set(int fd, int level, int option, int value) {
  setsockopt(fd, level, option, &value, sizeof value);
}

void set_options(int fd, const base::SocketAddress& local) {
  // As much as the system's limits allow.
  set(fd, SOL_SOCKET, SO_RCVBUF, kSocketBufferBytes);
  set(fd, SOL_SOCKET, SO_SNDBUF, kSocketBufferBytes);
  DatagramReceiver::set_options(fd);
  // Never fragmented: what is sent fits WebRTC's MTU, and the kernel need not number fragments (ip(7)).
  if (local.is_v4()) {
    set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
  } else {
    set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE);
  }
}

}  // namespace

struct UdpPort::Poll {
  uv_poll_t handle;
  UdpPort* owner;
};

base::Result<std::unique_ptr<UdpPort>> UdpPort::open(Loop& loop, const base::SocketAddress& local,
                                                     std::uint16_t index, DatagramReceiver& receiver,
                                                     DatagramHandler& handler) {
  const auto fail = [&](const char* what) {
    return base::Error{std::string(what) + " UDP " + local.text() + ": " + strerror(errno)};
  };
  const int fd = socket(local.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail("cannot make a socket for");
  std::unique_ptr<UdpPort> port(new UdpPort(loop, fd, index, receiver, handler));
  set_options(fd, local);
  sockaddr_storage address;
  const socklen_t length = to_sockaddr(local, address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0) return fail("cannot bind");
  socklen_t bound_length = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bound_length);
  port->local_ = from_sockaddr(address);
  port->poll_ = new Poll{{}, port.get()};
  uv_poll_init(loop.raw(), &port->poll_->handle, fd);
  port->poll_->handle.data = port->poll_;
  uv_poll_start(&port->poll_->handle, UV_READABLE,
                [](uv_poll_t* handle, int, int) { static_cast<Poll*>(handle->data)->owner->on_readable(); });
  return port;
}

UdpPort::UdpPort(Loop& loop, int socket, std::uint16_t index, DatagramReceiver& receiver,
                 DatagramHandler& handler)
    : loop_(loop), socket_(socket), index_(index), handler_(handler), receiver_(receiver), sender_(socket) {}

UdpPort::~UdpPort() {
  if (poll_) {
    uv_poll_stop(&poll_->handle);
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_->handle),
             [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
  }
  close(socket_);
}

void UdpPort::note_senders(std::span<const ReceivedDatagram> batch) {
  std::uint32_t senders = 0, run = 0, longest_run = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const bool same = i > 0 && batch[i].from == batch[i - 1].from;
    senders += !same;
    run = same ? run + 1 : 1;
    longest_run = std::max(longest_run, run);
  }
  loop_.note_read(batch.front().packet->arrived, senders, longest_run);
}

void UdpPort::on_readable() {
  loop_.before_read();
  base::Instant first_read{};
  for (int batches = 0; batches < kMaxBatches || receiver_.has_more(); ++batches) {
    const std::span<ReceivedDatagram> batch = receiver_.receive(socket_, counters_);
    if (batch.empty()) return;
    const base::Instant now = batch.front().packet->arrived;
    if (batches == 0) first_read = now;
    note_senders(batch);
    if (std::exchange(overflows_told_, counters_.queue_overflows) != counters_.queue_overflows) {
      handler_.on_queue_overflow(now);
    }
    handler_.on_batch(index_, batch, now);
    if (receiver_.has_more()) continue;
    // libuv tells again where there is more.
    if (receiver_.has_drained() || monotonic_now() - first_read >= kLongestTurn) return;
  }
}

}  // namespace kaskado::loop
