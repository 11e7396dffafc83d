// One peer's UDP socket on this machine. Nobody waits for it: it is read in batches when its turn
// comes, so that a server pays no wake-up for a viewer. Datagrams carry the kernel's time of arrival.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/packet.hpp"
#include "base/result.hpp"
#include "base/socket_address.hpp"
#include "base/time.hpp"
#include "viewer_filter.hpp"

namespace kaskado::bench {

struct Datagram {
  base::MutableBytes bytes;
  base::WallTime arrived;
};

// Memory for one turn of one socket, shared by all of them.
class ReceiveBatch {
 public:
  static constexpr std::size_t kMessages = 32;
  ReceiveBatch();

  // Whether the last read may have left something behind.
  bool is_full() const { return is_full_; }

 private:
  friend class PeerSocket;
  // A run of datagrams comes as one message (UDP_GRO).
  static constexpr std::size_t kBytes = 64 << 10;
  // Most messages are short: not all of them in the same lines of the caches.
  static constexpr std::size_t kStride = kBytes + 9 * 64;
  struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(timespec)) + CMSG_SPACE(sizeof(int))];
  };

  void split(base::MutableBytes bytes, const msghdr& header);

  std::unique_ptr<std::array<std::uint8_t, kStride>[]> memory_;
  std::array<iovec, kMessages> vectors_;
  std::array<Control, kMessages> controls_;
  std::array<mmsghdr, kMessages> messages_;
  std::vector<Datagram> datagrams_;
  bool is_full_ = false;
};

struct PeerSocketOptions {
  // Of RTP only one packet in so many comes whole (a power of two; 1: all of them); RTCP, DTLS and STUN always do.
  unsigned sample_every = 1;
  // Whether datagrams that are sent as one message (UDP_SEGMENT) come as one: the sender's kernel does not take them
  // apart before, as where a network card does that.
  bool runs = false;
};

class PeerSocket {
 public:
  static base::Result<PeerSocket> open(const PeerSocketOptions& options,
                                       const base::SocketAddress& ip = base::SocketAddress::v4({127, 0, 0, 1},
                                                                                               0));
  PeerSocket(PeerSocket&& other) noexcept;
  PeerSocket(const PeerSocket&) = delete;
  ~PeerSocket();

  const base::SocketAddress& local() const { return local_; }
  // All traffic is with `remote` from now on.
  bool connect(const base::SocketAddress& remote);
  bool connected() const { return remote_.is_set(); }
  const base::SocketAddress& remote() const { return remote_; }

  // False where the kernel refused.
  bool send(base::Bytes datagram);
  // Up to one batch of what has come; valid until the batch is used again.
  std::span<Datagram> receive(ReceiveBatch& batch);
  // Datagrams that found the socket's queue full, so far.
  std::uint32_t queue_drops() const;

 private:
  explicit PeerSocket(int fd) : fd_(fd) {}

  int fd_;
  base::SocketAddress local_;
  base::SocketAddress remote_;
};

}  // namespace kaskado::bench
