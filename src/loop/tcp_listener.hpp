// A TCP port of a loop that takes connections.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/result.hpp"
#include "base/socket_address.hpp"
#include "loop/descriptor_watch.hpp"
#include "loop/loop.hpp"
#include "loop/tcp_connection.hpp"

namespace kaskado::loop {

class TcpListener {
 public:
  using Accepted = std::function<void(std::unique_ptr<TcpConnection>)>;

  // Binds to `local`; port 0 lets the kernel choose, and "::" stands for IPv4 as well. `accepted` is called
  // on the loop's thread.
  static base::Result<std::unique_ptr<TcpListener>> open(Loop& loop, const base::SocketAddress& local,
                                                         int backlog, Accepted accepted);
  ~TcpListener();
  TcpListener(const TcpListener&) = delete;

  const base::SocketAddress& local() const { return local_; }

 private:
  // Where no descriptor is to be had, connections wait so long.
  static constexpr base::Duration kPause = std::chrono::milliseconds{200};

  TcpListener(Loop& loop, int socket, Accepted accepted);
  void listen();
  void accept_some();

  Loop& loop_;
  const int socket_;
  base::SocketAddress local_;
  Accepted accepted_;
  Timer pause_;
  std::optional<DescriptorWatch> watch_;  // until the socket is closed
};

}  // namespace kaskado::loop
