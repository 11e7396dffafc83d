// A UDP socket of a loop that moves batches, in and out. libuv says when it is readable; reading and writing
// are system calls of our own, since libuv's know neither segmentation nor large batches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/outbox.hpp"
#include "base/result.hpp"
#include "base/socket_address.hpp"
#include "loop/datagram_sender.hpp"
#include "loop/descriptor_watch.hpp"
#include "loop/intake.hpp"
#include "loop/loop.hpp"
#include "loop/udp_counters.hpp"

namespace kaskado::loop {

class UdpPort {
 public:
  // Binds to `local`; port 0 lets the kernel choose. `index` is what paths name this port by. What comes
  // in goes to `intake`, which outlives the port.
  static base::Result<std::unique_ptr<UdpPort>> open(Loop& loop, const base::SocketAddress& local,
                                                     std::uint16_t index, Intake& intake);
  ~UdpPort();
  UdpPort(const UdpPort&) = delete;

  const base::SocketAddress& local() const { return local_; }
  const UdpCounters& counters() const { return counters_; }
  // Sends `pending` of the outbox, which is for this port, in order. Never waits: what the kernel does not
  // take is counted and gone, as on any network.
  void send(const base::Outbox& outbox, std::span<const base::Egress> pending) {
    sender_.send(outbox, pending, counters_);
  }
  // How many routers away datagrams to groups are to get, and that they leave by the interface of the port's address
  // (RFC 1112 §6.1); 1 at first. What the kernel refuses is left as it is.
  void set_multicast_hops(std::uint8_t hops);
  // Nothing that comes here is dealt with any more; what is to be sent still is.
  void stop_reading();

 private:
  UdpPort(int socket, std::uint16_t index, Intake& intake) : socket_(socket), index_(index), intake_(intake), sender_(socket) {}

  const int socket_;
  const std::uint16_t index_;
  Intake& intake_;
  base::SocketAddress local_;
  UdpCounters counters_;
  DatagramSender sender_;
  std::optional<DescriptorWatch> watch_;  // until the socket is closed
};

}  // namespace kaskado::loop
