#include "peer_socket.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace kaskado::bench {

namespace {

constexpr int kReceiveBufferBytes = 1 << 20;
constexpr std::uint32_t kUdpHeaderBytes = 8;  // RFC 768; a socket's filter sees it
constexpr std::uint32_t kWhole = 0xffff;

sockaddr_in to_sockaddr(const base::SocketAddress& address) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(address.port());
  std::memcpy(&out.sin_addr, address.ip_bytes(), 4);
  return out;
}

// Classic BPF over the datagram: RTP (RFC 3550 §5.1; on this port RFC 5761 §4 tells RTCP from it) whose
// sequence number has no bit of the mask is cut behind the fixed header.
bool attach_trimming(int fd, std::uint32_t mask) {
  constexpr std::uint32_t at = kUdpHeaderBytes;
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xc0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x80, 0, 7),  // not version 2
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at + 1),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 192, 0, 1),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 223, 0, 4),  // RTCP
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, at + 2),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),  // sampled
      BPF_STMT(BPF_RET | BPF_K, kUdpHeaderBytes + kTrimmedBytes),
      BPF_STMT(BPF_RET | BPF_K, kWhole),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(code)), code};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

base::WallTime arrival_of(const msghdr& header) {
  for (const cmsghdr* control = CMSG_FIRSTHDR(&header); control;
       control = CMSG_NXTHDR(const_cast<msghdr*>(&header), const_cast<cmsghdr*>(control))) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SO_TIMESTAMPNS) continue;
    timespec time;
    std::memcpy(&time, CMSG_DATA(control), sizeof time);
    return {time.tv_sec * 1'000'000'000 + time.tv_nsec};
  }
  return {};
}

}  // namespace

ReceiveBatch::ReceiveBatch() {
  for (std::size_t i = 0; i < kDatagrams; ++i) {
    vectors_[i] = {memory_[i].data(), kBytes};
    messages_[i] = {};
    messages_[i].msg_hdr.msg_iov = &vectors_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    messages_[i].msg_hdr.msg_control = controls_[i].bytes;
    messages_[i].msg_hdr.msg_controllen = sizeof controls_[i].bytes;
  }
}

base::Result<PeerSocket> PeerSocket::open(unsigned sample_every, const base::SocketAddress& ip) {
  const auto fail = [](const char* what) { return base::Error{std::string(what) + ": " + strerror(errno)}; };
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail("cannot make a UDP socket");
  PeerSocket made(fd);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBufferBytes, sizeof kReceiveBufferBytes);
  setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  if (sample_every > 1 && !attach_trimming(fd, sample_every - 1))
    return fail("cannot attach a socket filter");
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
  const int got = recvmmsg(fd_, batch.messages_.data(), ReceiveBatch::kDatagrams, MSG_DONTWAIT, nullptr);
  for (int i = 0; i < got; ++i) {
    mmsghdr& message = batch.messages_[static_cast<std::size_t>(i)];
    batch.datagrams_[static_cast<std::size_t>(i)] = {
        {batch.memory_[static_cast<std::size_t>(i)].data(), message.msg_len}, arrival_of(message.msg_hdr)};
    message.msg_hdr.msg_controllen = sizeof(ReceiveBatch::Control);
  }
  return {batch.datagrams_.data(), static_cast<std::size_t>(std::max(got, 0))};
}

std::uint32_t PeerSocket::queue_drops() const {
  std::uint32_t info[SK_MEMINFO_VARS] = {};
  socklen_t length = sizeof info;
  getsockopt(fd_, SOL_SOCKET, SO_MEMINFO, info, &length);
  return info[SK_MEMINFO_DROPS];
}

}  // namespace kaskado::bench
