// Writes the datagrams of an Outbox to a UDP socket: sendmmsg, with runs of equal datagrams to one
// destination as one message that the kernel or the network card segments (UDP_SEGMENT, udp(7)). Private to
// this room.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>

#include "base/outbox.hpp"
#include "base/socket_address.hpp"
#include "loop/udp_counters.hpp"

namespace kaskado::loop {

// Owned by one port. Never allocates, never waits: what the kernel does not take is counted and gone, as on
// any network.
class DatagramSender {
 public:
  explicit DatagramSender(int socket) : socket_(socket) {}

  // `pending` of the outbox, in order.
  void send(const base::Outbox& outbox, std::span<const base::Egress> pending, UdpCounters& counters);

 private:
  static constexpr std::size_t kMessages = 64;
  static constexpr std::size_t kVectors = 2 * kMessages;
  struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(std::uint16_t)) + CMSG_SPACE(sizeof(int))];  // segment size, traffic class
  };

  void add(const base::Outbox& outbox, std::span<const base::Egress> run);
  void flush(UdpCounters& counters);
  void note_refusal(int error, const base::SocketAddress& peer);
  void send_one_by_one(const msghdr& run, UdpCounters& counters);
  bool allow_fragments();

  const int socket_;
  // Until the kernel or the device cannot do it: they say so, or refuse runs to that many peers in a row. One
  // peer's refusal may be its own narrow path (a segment above the path's MTU).
  bool segmentation_ = true;
  static constexpr std::size_t kMaxRefusedPeers = 4;
  std::array<base::SocketAddress, kMaxRefusedPeers> refused_peers_;  // with port 0
  std::size_t refused_peers_used_ = 0;                               // none after a run that went
  // Not before one is longer than its way takes: what another sender had sealed or packed for a wider one.
  bool fragments_ = false;
  std::size_t messages_used_ = 0;
  std::size_t vectors_used_ = 0;
  std::array<mmsghdr, kMessages> messages_;
  std::array<iovec, kVectors> vectors_;
  std::array<sockaddr_storage, kMessages> addresses_;
  std::array<Control, kMessages> controls_;
};

}  // namespace kaskado::loop
