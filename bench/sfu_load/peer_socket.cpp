#include "peer_socket.hpp"

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace kaskado::bench {

namespace {

constexpr int kReceiveBufferBytes = 1 << 20;

sockaddr_in to_sockaddr(const base::SocketAddress& address) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(address.port());
  std::memcpy(&out.sin_addr, address.ip_bytes(), 4);
  return out;
}

template <typename Value>
std::optional<Value> control_value(const msghdr& header, int level, int type) {
  for (const cmsghdr* control = CMSG_FIRSTHDR(&header); control;
       control = CMSG_NXTHDR(const_cast<msghdr*>(&header), const_cast<cmsghdr*>(control))) {
    if (control->cmsg_level != level || control->cmsg_type != type) continue;
    Value value;
    std::memcpy(&value, CMSG_DATA(control), sizeof value);
    return value;
  }
  return std::nullopt;
}

base::WallTime arrival_of(const msghdr& header) {
  const timespec time = control_value<timespec>(header, SOL_SOCKET, SO_TIMESTAMPNS).value_or(timespec{});
  return {time.tv_sec * 1'000'000'000 + time.tv_nsec};
}

}  // namespace

ReceiveBatch::ReceiveBatch() : memory_(new std::array<std::uint8_t, kStride>[kMessages]) {
  datagrams_.reserve(kMessages);
  for (std::size_t i = 0; i < kMessages; ++i) {
    vectors_[i] = {memory_[i].data(), kBytes};
    messages_[i] = {};
    messages_[i].msg_hdr.msg_iov = &vectors_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    messages_[i].msg_hdr.msg_control = controls_[i].bytes;
    messages_[i].msg_hdr.msg_controllen = sizeof controls_[i].bytes;
  }
}

base::Result<PeerSocket> PeerSocket::open(const PeerSocketOptions& options, const base::SocketAddress& ip) {
  const auto fail = [](const char* what) { return base::Error{std::string(what) + ": " + strerror(errno)}; };
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail("cannot make a UDP socket");
  PeerSocket made(fd);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBufferBytes, sizeof kReceiveBufferBytes);
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  const bool trims = options.sample_every > 1;
  if (trims && !attach_viewer_filter(fd, options.sample_every)) return fail("cannot attach a socket filter");
  if (options.runs && (!trims || viewer_filter_knows_runs(options.sample_every)))
    setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof on);
  sockaddr_in address = to_sockaddr(ip);
  socklen_t length = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0) return fail("cannot bind a UDP socket");
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  made.local_ = ip.with_port(ntohs(address.sin_port));
  return made;
}

PeerSocket::PeerSocket(PeerSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), local_(other.local_), remote_(other.remote_) {}

PeerSocket::~PeerSocket() {
  if (fd_ >= 0) close(fd_);
}

bool PeerSocket::connect(const base::SocketAddress& remote) {
  const sockaddr_in address = to_sockaddr(remote);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  remote_ = remote;
  return true;
}

bool PeerSocket::send(base::Bytes datagram) {
  return ::send(fd_, datagram.data(), datagram.size(), MSG_DONTWAIT) == static_cast<ssize_t>(datagram.size());
}

std::span<Datagram> PeerSocket::receive(ReceiveBatch& batch) {
  const int got = recvmmsg(fd_, batch.messages_.data(), ReceiveBatch::kMessages, MSG_DONTWAIT, nullptr);
  batch.datagrams_.clear();
  batch.is_full_ = got == static_cast<int>(ReceiveBatch::kMessages);
  for (int i = 0; i < got; ++i) {
    mmsghdr& message = batch.messages_[static_cast<std::size_t>(i)];
    const base::MutableBytes bytes(batch.memory_[static_cast<std::size_t>(i)].data(), message.msg_len);
    batch.split(bytes, message.msg_hdr);
    message.msg_hdr.msg_controllen = sizeof(ReceiveBatch::Control);
  }
  return batch.datagrams_;
}

// Datagrams of one length but for the last (udp(7), UDP_GRO).
void ReceiveBatch::split(base::MutableBytes bytes, const msghdr& header) {
  const base::WallTime arrived = arrival_of(header);
  const int told = control_value<int>(header, SOL_UDP, UDP_GRO).value_or(0);
  const std::size_t segment = told > 0 ? static_cast<std::size_t>(told) : bytes.size();
  do {
    const std::size_t length = std::min(segment, bytes.size());
    datagrams_.push_back({bytes.first(length), arrived});
    bytes = bytes.subspan(length);
  } while (!bytes.empty());
}

std::uint32_t PeerSocket::queue_drops() const {
  std::uint32_t info[SK_MEMINFO_VARS] = {};
  socklen_t length = sizeof info;
  getsockopt(fd_, SOL_SOCKET, SO_MEMINFO, info, &length);
  return info[SK_MEMINFO_DROPS];
}

}  // namespace kaskado::bench
