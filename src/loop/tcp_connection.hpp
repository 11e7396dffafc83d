// A TCP connection of a loop: bytes in as they come, bytes out as the kernel takes them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/socket_address.hpp"
#include "base/time.hpp"
#include "loop/descriptor_watch.hpp"
#include "loop/loop.hpp"

namespace kaskado::loop {

// Each is called on the loop's thread, and may destroy the connection.
class TcpHandler {
 public:
  // At `now`, while reading is on; the bytes are there until the call ends.
  virtual void on_bytes(base::Bytes bytes, base::Instant now) = 0;
  // The peer sends no more, or the connection is broken: once, while reading is on or where writing fails.
  virtual void on_end(base::Instant now) = 0;

 protected:
  ~TcpHandler() = default;
};

class TcpConnection {
 public:
  // Bytes handed over at once, at the most.
  static constexpr std::size_t kReadBytes = 64 << 10;

  // Owns the connected socket, which does not block.
  TcpConnection(Loop& loop, int socket);
  // Begins to connect from an address of ours, port 0 for any number: what is written waits until it stands. That it cannot
  // stand on_end() tells. nullptr where there is no socket for it or no way there.
  static std::unique_ptr<TcpConnection> connect(Loop& loop, const base::SocketAddress& local,
                                                const base::SocketAddress& remote);
  ~TcpConnection();
  TcpConnection(const TcpConnection&) = delete;

  const base::SocketAddress& peer() const { return peer_; }

  // Off at the beginning. While it is off the peer can send no more than the kernel's buffers hold. `handler`
  // outlives the connection.
  void start_reading(TcpHandler& handler);
  void stop_reading();
  // Never waits. What the kernel does not take at once is kept, however much it is.
  void write(std::string_view bytes);
  // The peer sees the end behind what has been written.
  void finish_writing();
  bool has_written_all() const { return unwritten_.empty(); }
  std::size_t unwritten_bytes() const { return unwritten_.size(); }

 private:
  void on_ready(int events);
  void read();
  // False where the connection is broken.
  bool flush();
  void end();
  void renew_interest();

  const int socket_;
  base::SocketAddress peer_;
  std::optional<DescriptorWatch> watch_;  // until the socket is closed
  TcpHandler* handler_ = nullptr;
  bool is_reading_ = false;
  bool has_ended_ = false;
  bool is_finishing_ = false;
  std::string unwritten_;
};

}  // namespace kaskado::loop
