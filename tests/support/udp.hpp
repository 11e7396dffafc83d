// A socket on the loopback interface, for tests of what has sockets of its own. Waits for 30 s at the most.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "base/bytes.hpp"

namespace kaskado::test {

class Udp {
 public:
  Udp() : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&local), sizeof local), 0);
    const timeval limit{30, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Udp() { close(socket_); }
  Udp(const Udp&) = delete;

  std::uint16_t port() const {
    sockaddr_in local{};
    socklen_t length = sizeof local;
    getsockname(socket_, reinterpret_cast<sockaddr*>(&local), &length);
    return ntohs(local.sin_port);
  }
  void send(base::Bytes bytes, std::uint16_t port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons(port);
    const auto sent =
        sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    EXPECT_EQ(sent, static_cast<ssize_t>(bytes.size()));
  }
  bool is_ready(std::chrono::milliseconds wait = {}) const {
    pollfd waiting{socket_, POLLIN, 0};
    return poll(&waiting, 1, static_cast<int>(wait.count())) == 1;
  }
  std::vector<std::uint8_t> receive() {
    std::vector<std::uint8_t> bytes(2000);
    const auto length = recv(socket_, bytes.data(), bytes.size(), 0);
    EXPECT_GT(length, 0) << "nothing came";
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
    return bytes;
  }

 private:
  const int socket_;
};

}  // namespace kaskado::test
