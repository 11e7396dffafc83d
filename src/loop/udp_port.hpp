// A UDP socket that moves batches: recvmmsg into pooled packets, sendmmsg out of an Outbox, with runs of
// equal datagrams to one destination sent as one (UDP_SEGMENT) where the kernel can.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/outbox.hpp"
#include "base/packet.hpp"
#include "base/result.hpp"
#include "base/socket_address.hpp"
#include "loop/loop.hpp"

struct msghdr;

namespace kaskado::loop {

struct ReceivedDatagram {
  base::PacketRef packet;  // `arrived` is set
  base::SocketAddress from;
};

// Told of what has come in, on the loop's thread.
class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  // The datagrams may be moved from. At most kReceiveBatch at a time.
  virtual void on_batch(std::uint8_t port_index, std::span<ReceivedDatagram> batch, base::Instant now) = 0;
};

struct UdpCounters {
  std::uint64_t datagrams_in = 0;
  std::uint64_t datagrams_out = 0;
  std::uint64_t too_long = 0;     // did not fit a packet
  std::uint64_t pool_empty = 0;   // came in while no packet was free
  std::uint64_t send_failed = 0;  // refused by the kernel: no buffer, no route
};

class UdpPort {
 public:
  static constexpr std::size_t kReceiveBatch = 64;

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
  void send(const base::Outbox& outbox);

 private:
  struct Poll;
  UdpPort(int socket, std::uint8_t index, base::PacketPool& pool, DatagramHandler& handler);
  void on_readable();
  std::size_t receive_batch();
  void send_messages(std::size_t messages);
  void send_one_by_one(const msghdr& run);

  const int socket_;
  const std::uint8_t index_;
  base::PacketPool& pool_;
  DatagramHandler& handler_;
  base::SocketAddress local_;
  UdpCounters counters_;
  bool segmentation_ = true;  // until the kernel refuses it once
  Poll* poll_ = nullptr;      // freed by the loop after its handle has closed
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace kaskado::loop
