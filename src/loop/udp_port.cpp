#include "loop/udp_port.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "loop/datagram_receiver.hpp"
#include "loop/sockaddr.hpp"

namespace kaskado::loop {

namespace {

// A burst of key frames to many viewers must fit.
constexpr int kSocketBufferBytes = 4 << 20;

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

base::Result<std::unique_ptr<UdpPort>> UdpPort::open(Loop& loop, const base::SocketAddress& local,
                                                     std::uint16_t index, Intake& intake) {
  const auto fail = [&](const char* what) {
    return base::Error{std::string(what) + " UDP " + local.text() + ": " + strerror(errno)};
  };
  const int fd = socket(local.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail("cannot make a socket for");
  std::unique_ptr<UdpPort> port(new UdpPort(fd, index, intake));
  set_options(fd, local);
  sockaddr_storage address;
  const socklen_t length = to_sockaddr(local, address);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0) return fail("cannot bind");
  socklen_t bound_length = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bound_length);
  port->local_ = from_sockaddr(address);
  port->watch_.emplace(loop, fd, [&self = *port](int) { self.intake_.on_readable(self.index_, self.socket_, self.counters_); });
  port->watch_->wait_for(DescriptorWatch::kReadable);
  return port;
}

UdpPort::~UdpPort() {
  watch_.reset();
  close(socket_);
}

void UdpPort::set_multicast_hops(std::uint8_t hops) {
  if (local_.is_v6()) return set(socket_, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, hops);
  set(socket_, IPPROTO_IP, IP_MULTICAST_TTL, hops);
  in_addr interface{};
  std::memcpy(&interface, local_.ip_bytes(), sizeof interface);
  setsockopt(socket_, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface);
}

void UdpPort::stop_reading() {
  watch_->wait_for(0);
  intake_.forget(index_);
}

}  // namespace kaskado::loop
