// A blocking WebSocket and HTTP client for tests on the loopback. Its waits are bounded by kPatience.
#pragma once

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace kaskado::control_test {

constexpr int kPatienceSeconds = 20;

struct Frame {
  int opcode = -1;  // -1 where the connection has ended
  std::string payload;

  bool is_close() const { return opcode == 8; }
  int close_code() const {
    return payload.size() < 2
               ? 0
               : static_cast<std::uint8_t>(payload[0]) << 8 | static_cast<std::uint8_t>(payload[1]);
  }
  std::string close_reason() const { return payload.size() < 2 ? "" : payload.substr(2); }
};

class Socket {
 public:
  explicit Socket(std::uint16_t port, int receive_buffer_bytes = 0) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer_bytes)
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
    const timeval patience{kPatienceSeconds, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;

  // False where the other side has closed.
  bool write(const std::string& bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n = ::send(fd_, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (n <= 0) return false;
      done += static_cast<std::size_t>(n);
    }
    return true;
  }
  // Shorter only where the connection has ended.
  std::string read(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t done = 0;
    while (done < count) {
      const ssize_t n = ::recv(fd_, bytes.data() + done, count - done, 0);
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    bytes.resize(done);
    return bytes;
  }
  std::string read_head() {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      const std::string byte = read(1);
      if (byte.empty()) break;
      head += byte;
    }
    return head;
  }
  std::string read_all() {
    std::string all, byte;
    while (!(byte = read(1)).empty()) all += byte;
    return all;
  }

 private:
  int fd_;
};

class WebSocketClient {
 public:
  explicit WebSocketClient(std::uint16_t port, const std::string& path = "/kurento",
                           int receive_buffer_bytes = 0, const std::string& version = "13")
      : socket_(port, receive_buffer_bytes) {
    socket_.write(
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: " + version + "\r\n\r\n");
    const std::string head = socket_.read_head();
    if (head.size() > 12) status = head.substr(9, 3);
  }

  bool send(const std::string& text, int opcode = 1) {
    std::string frame(1, static_cast<char>(0x80 | opcode));
    const std::size_t size = text.size();
    if (size < 126) {
      frame += static_cast<char>(0x80 | size);
    } else if (size < 65536) {
      frame += {static_cast<char>(0x80 | 126), static_cast<char>(size >> 8), static_cast<char>(size)};
    } else {
      frame += static_cast<char>(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift);
    }
    return socket_.write(frame + std::string(4, '\0') + text);  // a mask of zeros
  }
  Frame receive() {
    const std::string head = socket_.read(2);
    if (head.size() < 2) return {};
    std::uint64_t size = static_cast<std::uint8_t>(head[1]) & 0x7f;
    if (size >= 126) {
      const std::string longer = socket_.read(size == 126 ? 2 : 8);
      size = 0;
      for (const char c : longer) size = size << 8 | static_cast<std::uint8_t>(c);
    }
    return {head[0] & 0x0f, socket_.read(size)};
  }

  std::string status;  // empty where the server hung up

 private:
  Socket socket_;
};

}  // namespace kaskado::control_test
