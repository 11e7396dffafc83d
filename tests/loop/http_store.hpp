// A store on the loopback interface that takes PUT by HTTP, and fails when it is told to.
#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace kaskado::loop::test {

// One connection at a time; each request is answered, and the connection closed.
class HttpStore {
 public:
  HttpStore() { open(0); }
  ~HttpStore() { close(); }
  HttpStore(const HttpStore&) = delete;

  std::string address(const std::string& name) const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/" + name;
  }
  // Nobody answers on the port from now on; what is under way breaks off.
  void close() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
  }
  // After close(), on the same port.
  void reopen() { open(port_); }
  // Answers with this in place of 201, from now on.
  void answer(int status) { status_ = status; }
  // Breaks connections off when so many bytes of a body have come, for so many times.
  void break_off(std::size_t bytes, int times) {
    break_at_ = bytes;
    breaks_ = times;
  }
  // What a PUT has brought of this name, when it is complete.
  std::string wait_for(const std::string& name) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stored_.contains(name); });
    return stored_.at(name);
  }
  // Until so many bytes of a body have come.
  void wait_for_bytes(std::size_t bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return received_ >= bytes; });
  }
  int requests() const { return requests_; }

 private:
  void open(std::uint16_t port) {
    ended_ = false;
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    listen(listener_, 8);
    socklen_t length = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }

  bool readable(int socket) const {
    while (!ended_) {
      pollfd wanted{.fd = socket, .events = POLLIN, .revents = 0};
      if (poll(&wanted, 1, 10) > 0) return true;
    }
    return false;
  }

  void serve() {
    while (readable(listener_)) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      take(connection);
      ::close(connection);
    }
    ::close(listener_);
  }

  // A line, or so many bytes; nothing when the connection ends.
  bool fill(int connection, std::string& buffer) {
    char bytes[65536];
    if (!readable(connection)) return false;
    const ssize_t count = recv(connection, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    buffer.append(bytes, static_cast<std::size_t>(count));
    return true;
  }
  bool line(int connection, std::string& buffer, std::string& into) {
    std::size_t end;
    while ((end = buffer.find("\r\n")) == std::string::npos) {
      if (!fill(connection, buffer)) return false;
    }
    into = buffer.substr(0, end);
    buffer.erase(0, end + 2);
    return true;
  }

  void take(int connection) {
    std::string buffer, request, header, body;
    if (!line(connection, buffer, request)) return;
    ++requests_;
    while (line(connection, buffer, header) && !header.empty()) {
    }
    {
      const std::lock_guard lock(mutex_);
      received_ = 0;
    }
    if (status_ >= 300) return reply(connection);
    std::string size;
    while (line(connection, buffer, size)) {
      const std::size_t length = std::stoul(size, nullptr, 16);
      while (buffer.size() < length + 2) {
        if (!fill(connection, buffer)) return;
      }
      body.append(buffer, 0, length);
      buffer.erase(0, length + 2);
      {
        const std::lock_guard lock(mutex_);
        received_ = body.size();
        changed_.notify_all();
      }
      if (length > 0 && breaks_ > 0 && body.size() >= break_at_) {
        --breaks_;
        return;
      }
      if (length > 0) continue;
      reply(connection);
      const std::size_t begin = request.find('/') + 1;
      const std::lock_guard lock(mutex_);
      stored_[request.substr(begin, request.find(' ', begin) - begin)] = std::move(body);
      changed_.notify_all();
      return;
    }
  }
  void reply(int connection) {
    const std::string text =
        "HTTP/1.1 " + std::to_string(status_) + " so\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    send(connection, text.data(), text.size(), MSG_NOSIGNAL);
    shutdown(connection, SHUT_WR);
    char rest[4096];
    for (int i = 0; i < 1000 && recv(connection, rest, sizeof rest, 0) > 0; ++i) {
    }
  }

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
  std::atomic<bool> ended_ = false;
  std::atomic<int> status_ = 201;
  std::atomic<int> breaks_ = 0;
  std::atomic<std::size_t> break_at_ = 0;
  std::atomic<int> requests_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t received_ = 0;                   // under mutex_
  std::map<std::string, std::string> stored_;  // under mutex_
};

}  // namespace kaskado::loop::test
