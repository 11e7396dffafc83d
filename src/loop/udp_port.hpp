// A UDP socket of a loop that moves batches, in and out. libuv says when it is readable; reading and writing
// are system calls of our own, since libuv's know neither segmentation nor large batches.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/outbox.hpp"
#include "base/packet.hpp"
#include "base/result.hpp"
#include "base/socket_address.hpp"
#include "loop/datagram_receiver.hpp"
#include "loop/datagram_sender.hpp"
#include "loop/loop.hpp"
#include "loop/udp_counters.hpp"

namespace kaskado::loop {

// Told of what has come in, on the loop's thread.
class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  // The datagrams may be moved from. At most UdpPort::kReceiveBatch at a time.
  virtual void on_batch(std::uint8_t port_index, std::span<ReceivedDatagram> batch, base::Instant now) = 0;
};

class UdpPort {
 public:
  static constexpr std::size_t kReceiveBatch = DatagramReceiver::kBatch;

  // Binds to `local`; port 0 lets the kernel choose. `index` is what paths name this port by.
  static base::Result<std::unique_ptr<UdpPort>> open(Loop& loop, const base::SocketAddress& local,
                                                     std::uint8_t index, base::PacketPool& pool,
                                                     DatagramHandler& handler);
  ~UdpPort();
  UdpPort(const UdpPort&) = delete;

  const base::SocketAddress& local() const { return local_; }
  const UdpCounters& counters() const { return counters_; }
  // Sends what is pending for this port's index, in order for each destination. Never waits: what the kernel
  // does not take is counted and gone, as on any network.
  void send(const base::Outbox& outbox) { sender_.send(outbox, index_, counters_); }

 private:
  struct Poll;
  UdpPort(int socket, std::uint8_t index, base::PacketPool& pool, DatagramHandler& handler);
  void on_readable();

  const int socket_;
  const std::uint8_t index_;
  DatagramHandler& handler_;
  base::SocketAddress local_;
  UdpCounters counters_;
  DatagramReceiver receiver_;
  DatagramSender sender_;
  Poll* poll_ = nullptr;  // freed by the loop after its handle has closed
};

}  // namespace kaskado::loop
