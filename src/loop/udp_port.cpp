#include "loop/udp_port.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "loop/sockaddr.hpp"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

namespace kaskado::loop {

namespace {

constexpr std::size_t kSendMessages = 64;
// The kernel takes at most 64 segments, and 64 KiB with headers, in one call (udp(7), UDP_SEGMENT).
constexpr std::size_t kMaxSegments = 40;
constexpr int kSocketBufferBytes = 4 << 20;
// Rounds of one wake-up, so that a flood on one port cannot starve the loop's timers and mailbox.
constexpr int kMaxRounds = 8;

}  // namespace

struct UdpPort::Poll {
  uv_poll_t handle;
  UdpPort* owner;
};

// One port's scratch memory for the system calls, built once.
struct UdpPort::Buffers {
  // Receiving. One byte more than a packet holds tells a datagram that is too long.
  std::array<ReceivedDatagram, kReceiveBatch> received;
  std::array<mmsghdr, kReceiveBatch> in_messages;
  std::array<iovec, kReceiveBatch> in_vectors;
  std::array<sockaddr_storage, kReceiveBatch> in_addresses;
  // Sending.
  std::array<mmsghdr, kSendMessages> out_messages;
  std::array<iovec, kSendMessages * 2> out_vectors;
  std::array<sockaddr_storage, kSendMessages> out_addresses;
  struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(std::uint16_t)) + CMSG_SPACE(sizeof(int))];  // segment size, traffic class
  };
  std::array<Control, kSendMessages> out_controls;
};

namespace {

// Appends one control message to those of `header`, whose buffer has the room.
template <typename Value>
void add_control(msghdr& header, int level, int type, Value value) {
  auto* control = reinterpret_cast<cmsghdr*>(static_cast<char*>(header.msg_control) + header.msg_controllen);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(control), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
}

// RFC 2474 §3: the upper six bits of the IPv4 TOS octet or the IPv6 traffic class.
void add_traffic_class(msghdr& header, const base::Egress& egress) {
  const int traffic_class = egress.dscp << 2;
  if (egress.path.remote.is_v4()) {
    add_control(header, IPPROTO_IP, IP_TOS, traffic_class);
  } else {
    add_control(header, IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
  }
}

// How many of `pending` go as one segmented send: datagrams of one path, mark and length, and one shorter to
// end them.
std::size_t run_length(std::span<const base::Egress> pending, std::size_t most) {
  const base::Egress& first = pending[0];
  std::size_t run = 1;
  for (; run < std::min(most, pending.size()); ++run) {
    const base::Egress& next = pending[run];
    if (next.path != first.path || next.dscp != first.dscp || next.length > first.length) break;
    if (next.length < first.length) return run + 1;
  }
  return run;
}

}  // namespace

base::Result<std::unique_ptr<UdpPort>> UdpPort::open(Loop& loop, const base::SocketAddress& local,
                                                     std::uint8_t index, base::PacketPool& pool,
                                                     DatagramHandler& handler) {
  const auto fail = [&](const char* what) {
    return base::Error{std::string(what) + " UDP " + local.text() + ": " + strerror(errno)};
  };
  const int fd = socket(local.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail("cannot make a socket for");
  std::unique_ptr<UdpPort> port(new UdpPort(fd, index, pool, handler));
  const int on = 1;
  if (local.is_v6()) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  // As much as the system's limits allow; a burst of key frames to many viewers must fit.
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kSocketBufferBytes, sizeof kSocketBufferBytes);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kSocketBufferBytes, sizeof kSocketBufferBytes);
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

UdpPort::UdpPort(int socket, std::uint8_t index, base::PacketPool& pool, DatagramHandler& handler)
    : socket_(socket), index_(index), pool_(pool), handler_(handler), buffers_(std::make_unique<Buffers>()) {}

UdpPort::~UdpPort() {
  if (poll_) {
    uv_poll_stop(&poll_->handle);
    uv_close(reinterpret_cast<uv_handle_t*>(&poll_->handle),
             [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
  }
  close(socket_);
}

void UdpPort::on_readable() {
  for (int round = 0; round < kMaxRounds; ++round) {
    if (receive_batch() < kReceiveBatch) return;
  }
}

std::size_t UdpPort::receive_batch() {
  Buffers& b = *buffers_;
  std::size_t ready = 0;
  for (; ready < kReceiveBatch; ++ready) {
    base::PacketRef& packet = b.received[ready].packet;
    if (!packet) packet = pool_.acquire();
    if (!packet) break;
    b.in_vectors[ready] = {packet->bytes, sizeof packet->bytes};
    b.in_messages[ready] = {};
    b.in_messages[ready].msg_hdr.msg_name = &b.in_addresses[ready];
    b.in_messages[ready].msg_hdr.msg_namelen = sizeof b.in_addresses[ready];
    b.in_messages[ready].msg_hdr.msg_iov = &b.in_vectors[ready];
    b.in_messages[ready].msg_hdr.msg_iovlen = 1;
  }
  if (ready == 0) {
    // Every packet is held: read one datagram away, or the loop would wake for it for ever.
    std::uint8_t away;
    if (recv(socket_, &away, 1, 0) >= 0) ++counters_.pool_empty;
    return 0;
  }
  const int got =
      recvmmsg(socket_, b.in_messages.data(), static_cast<unsigned>(ready), MSG_DONTWAIT, nullptr);
  if (got <= 0) return 0;
  const base::Instant now = monotonic_now();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i) {
    ++counters_.datagrams_in;
    if (b.in_messages[i].msg_hdr.msg_flags & MSG_TRUNC) {
      ++counters_.too_long;
      continue;
    }
    b.received[i].packet->length = static_cast<std::uint16_t>(b.in_messages[i].msg_len);
    b.received[i].packet->arrived = now;
    b.received[i].from = from_sockaddr(b.in_addresses[i]);
    if (kept != i) std::swap(b.received[kept], b.received[i]);
    ++kept;
  }
  if (kept) handler_.on_batch(index_, {b.received.data(), kept}, now);
  return static_cast<std::size_t>(got);
}

void UdpPort::send(const base::Outbox& outbox) {
  Buffers& b = *buffers_;
  const auto pending = outbox.pending();
  std::size_t messages = 0, vectors = 0;
  for (std::size_t i = 0; i < pending.size();) {
    const base::Egress& first = pending[i];
    if (first.path.port_index != index_) {
      ++i;
      continue;
    }
    const std::size_t room = std::min(segmentation_ ? kMaxSegments : 1, b.out_vectors.size() - vectors);
    const std::size_t run = run_length(pending.subspan(i), room);
    msghdr& header = b.out_messages[messages].msg_hdr;
    header = {};
    header.msg_name = &b.out_addresses[messages];
    header.msg_namelen = to_sockaddr(first.path.remote, b.out_addresses[messages]);
    header.msg_iov = &b.out_vectors[vectors];
    header.msg_iovlen = run;
    header.msg_control = b.out_controls[messages].bytes;
    for (std::size_t k = 0; k < run; ++k) {
      const base::Bytes bytes = outbox.bytes(pending[i + k]);
      b.out_vectors[vectors++] = {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    }
    if (run > 1) add_control(header, SOL_UDP, UDP_SEGMENT, first.length);
    if (first.dscp) add_traffic_class(header, first);
    i += run;
    if (++messages == kSendMessages || vectors == b.out_vectors.size()) {
      send_messages(messages);
      messages = vectors = 0;
    }
  }
  if (messages) send_messages(messages);
}

void UdpPort::send_one_by_one(const msghdr& run) {
  msghdr one = run;
  one.msg_iovlen = 1;
  // The first control message says the segment size.
  one.msg_control = static_cast<char*>(run.msg_control) + CMSG_SPACE(sizeof(std::uint16_t));
  one.msg_controllen -= CMSG_SPACE(sizeof(std::uint16_t));
  for (std::size_t k = 0; k < run.msg_iovlen; ++k) {
    one.msg_iov = &run.msg_iov[k];
    ++(sendmsg(socket_, &one, MSG_DONTWAIT) < 0 ? counters_.send_failed : counters_.datagrams_out);
  }
}

void UdpPort::send_messages(std::size_t messages) {
  mmsghdr* next = buffers_->out_messages.data();
  mmsghdr* const end = next + messages;
  while (next != end) {
    const int sent = sendmmsg(socket_, next, static_cast<unsigned>(end - next), MSG_DONTWAIT);
    for (int i = 0; i < sent; ++i, ++next) counters_.datagrams_out += next->msg_hdr.msg_iovlen;
    if (sent >= 0 || errno == EINTR) continue;
    if (next->msg_hdr.msg_iovlen > 1 && (errno == EIO || errno == EINVAL || errno == EOPNOTSUPP)) {
      // The device or kernel cannot segment: never try again, and send this run one by one.
      segmentation_ = false;
      send_one_by_one(next->msg_hdr);
    } else {
      counters_.send_failed += next->msg_hdr.msg_iovlen;
    }
    ++next;
  }
}

}  // namespace kaskado::loop
