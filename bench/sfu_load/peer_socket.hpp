// One peer's UDP socket on this machine. Nobody waits for it: it is read in batches when its turn
// comes, so that a server pays no wake-up for a viewer. Datagrams carry the kernel's time of arrival.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/packet.hpp"
#include "base/result.hpp"
#include "base/socket_address.hpp"
#include "base/time.hpp"

namespace kaskado::bench {

struct Datagram {
  base::MutableBytes bytes;
  base::WallTime arrived;
};

// Memory for one turn of one socket, shared by all of them.
class ReceiveBatch {
 public:
  static constexpr std::size_t kDatagrams = 64;
  ReceiveBatch();

 private:
  friend class PeerSocket;
  static constexpr std::size_t kBytes = base::kMaxDatagramBytes + 100;
  struct alignas(cmsghdr) Control {
    char bytes[CMSG_SPACE(sizeof(timespec))];
  };

  std::array<std::array<std::uint8_t, kBytes>, kDatagrams> memory_;
  std::array<iovec, kDatagrams> vectors_;
  std::array<Control, kDatagrams> controls_;
  std::array<mmsghdr, kDatagrams> messages_;
  std::array<Datagram, kDatagrams> datagrams_;
};

// What the kernel copies of an RTP packet that is not sampled: the fixed header.
inline constexpr std::size_t kTrimmedBytes = 12;

class PeerSocket {
 public:
  // Of RTP only one packet in `sample_every` comes whole (a power of two; 1: all of them), told by its
  // sequence number; RTCP, DTLS and STUN always do.
  static base::Result<PeerSocket> open(unsigned sample_every,
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
