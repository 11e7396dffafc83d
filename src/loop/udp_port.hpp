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
  virtual void on_batch(std::uint16_t port_index, std::span<ReceivedDatagram> batch, base::Instant now) = 0;
  // Before the batch, when the kernel had to drop datagrams because they were not read in time.
  virtual void on_queue_overflow(base::Instant now) = 0;
};

class UdpPort {
 public:
  static constexpr std::size_t kReceiveBatch = DatagramReceiver::kBatch;

  // Binds to `local`; port 0 lets the kernel choose. `index` is what paths name this port by. `receiver` is
  // shared by the ports of a loop, and outlives them.
  static base::Result<std::unique_ptr<UdpPort>> open(Loop& loop, const base::SocketAddress& local,
                                                     std::uint16_t index, DatagramReceiver& receiver,
                                                     DatagramHandler& handler);
  ~UdpPort();
  UdpPort(const UdpPort&) = delete;

  const base::SocketAddress& local() const { return local_; }
  const UdpCounters& counters() const { return counters_; }
  // Sends `pending` of the outbox, which is for this port, in order. Never waits: what the kernel does not
  // take is counted and gone, as on any network.
  void send(const base::Outbox& outbox, std::span<const base::Egress> pending) {
    sender_.send(outbox, pending, counters_);
  }

 private:
  struct Poll;
  UdpPort(Loop& loop, int socket, std::uint16_t index, DatagramReceiver& receiver, DatagramHandler& handler);
  void on_readable();
  void note_senders(std::span<const ReceivedDatagram> batch);

  Loop& loop_;
  const int socket_;
  const std::uint16_t index_;
  DatagramHandler& handler_;
  base::SocketAddress local_;
  UdpCounters counters_;
  std::uint64_t overflows_told_ = 0;
  DatagramReceiver& receiver_;
  DatagramSender sender_;
  Poll* poll_ = nullptr;  // freed by the loop after its handle has closed
};

}  // namespace kaskado::loop
