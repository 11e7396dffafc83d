// Reads batches of datagrams from UDP sockets into pooled packets: recvmmsg, and UDP GRO, by which the kernel
// hands over many datagrams of one sender as one message (udp(7)).
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/packet.hpp"
#include "loop/sender_queues.hpp"
#include "loop/udp_counters.hpp"

namespace kaskado::loop {

// One for all ports of a loop: its buffers (2 MiB, and packets from the pool that wait to be filled) would be
// much for each of thousands of ports, and hold nothing between two wake-ups. After construction nothing here
// allocates but the pool.
class DatagramReceiver {
 public:
  static constexpr std::size_t kBatch = 64;  // datagrams handed over at once, at the most

  explicit DatagramReceiver(base::PacketPool& pool);
  // To be called once for each socket. Where the kernel has no GRO, each message is one datagram.
  static void set_options(int socket);

  // The next datagrams, as long as there are some: empty says that the socket has no more, or that no packet
  // is free. What is handed over may be moved from. Another socket's turn comes when has_more() is false.
  std::span<ReceivedDatagram> receive(int socket, UdpCounters& counters);
  // Whether the last call left datagrams behind that have been read already.
  bool has_more() const { return next_message_ < messages_read_; }
  // Whether the last read took all that the socket had.
  bool has_drained() const { return drained_; }

 private:
  // A message with GRO holds up to 64 KiB: its head goes into a packet, the rest here.
  static constexpr std::size_t kOverflowBytes = (64 << 10) - base::kMaxDatagramBytes;
  static constexpr std::size_t kMessages = 32;
  using Overflow = std::array<std::uint8_t, kOverflowBytes>;
  struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(std::uint32_t))];
  };

  bool read_messages(int socket, UdpCounters& counters);
  std::size_t prepare(int socket, UdpCounters& counters);
  // Takes datagrams of the current message until it is done or the batch is full.
  std::size_t split(std::size_t filled, UdpCounters& counters);
  void copy_out(std::size_t message, std::size_t offset, base::MutableBytes to) const;

  base::PacketPool& pool_;
  std::array<ReceivedDatagram, kBatch> batch_;
  std::array<base::PacketRef, kMessages> heads_;
  std::unique_ptr<Overflow[]> overflow_;  // touched only by messages with GRO
  std::array<mmsghdr, kMessages> messages_;
  std::array<std::array<iovec, 2>, kMessages> vectors_;
  std::array<sockaddr_storage, kMessages> addresses_;
  std::array<Control, kMessages> controls_;
  std::size_t messages_read_ = 0;
  std::size_t next_message_ = 0;
  std::size_t offset_ = 0;  // in the next message
  bool drained_ = false;
  base::Instant read_at_{};
};

}  // namespace kaskado::loop
