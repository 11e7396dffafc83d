// Datagrams of one size by bare system calls: the least that sending them takes. A run of several to one
// address is one message that the kernel segments (UDP_SEGMENT, udp(7)).
#pragma once

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "base/bytes.hpp"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

namespace kaskado::bench {

class BareMessages {
 public:
  // `run` datagrams of zeros to each address.
  BareMessages(const std::vector<sockaddr_in>& to, std::size_t run, std::size_t datagram_bytes)
      : to_(to),
        memory_(to.size() * run * datagram_bytes),
        vectors_(to.size() * run),
        controls_(to.size()),
        messages_(to.size()) {
    for (std::size_t i = 0; i < vectors_.size(); ++i)
      vectors_[i] = {memory_.data() + i * datagram_bytes, datagram_bytes};
    for (std::size_t i = 0; i < to_.size(); ++i) {
      msghdr& header = messages_[i].msg_hdr;
      header = {};
      header.msg_name = &to_[i];
      header.msg_namelen = sizeof to_[i];
      header.msg_iov = &vectors_[i * run];
      header.msg_iovlen = run;
      if (run > 1) segment(header, controls_[i], static_cast<std::uint16_t>(datagram_bytes));
    }
  }
  BareMessages(const BareMessages&) = delete;

  std::size_t size() const { return vectors_.size(); }
  base::MutableBytes datagram(std::size_t index) {
    return {static_cast<std::uint8_t*>(vectors_[index].iov_base), vectors_[index].iov_len};
  }

  // All of them; false where the kernel refuses one, and errno says why.
  bool send(int fd) {
    for (std::size_t sent = 0; sent < messages_.size();) {
      const auto left = static_cast<unsigned>(messages_.size() - sent);
      const int more = sendmmsg(fd, messages_.data() + sent, left, MSG_DONTWAIT);
      if (more <= 0) return false;
      sent += static_cast<std::size_t>(more);
    }
    return true;
  }

 private:
  struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(std::uint16_t))];
  };

  static void segment(msghdr& header, Control& control, std::uint16_t datagram_bytes) {
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
    cmsghdr* first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = SOL_UDP;
    first->cmsg_type = UDP_SEGMENT;
    first->cmsg_len = CMSG_LEN(sizeof datagram_bytes);
    std::memcpy(CMSG_DATA(first), &datagram_bytes, sizeof datagram_bytes);
  }

  std::vector<sockaddr_in> to_;
  std::vector<std::uint8_t> memory_;
  std::vector<iovec> vectors_;
  std::vector<Control> controls_;
  std::vector<mmsghdr> messages_;
};

}  // namespace kaskado::bench
