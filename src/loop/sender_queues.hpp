// Datagrams that have been read and wait for their turn, a queue a sender. The senders take turns in the
// order in which they began to wait, and each turn takes all that has come of its sender meanwhile: so the
// longer a loop is behind, the more packets of a sender are dealt with at once, and the less each of them
// costs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/packet.hpp"
#include "base/socket_address.hpp"

namespace kaskado::loop {

struct ReceivedDatagram {
  base::PacketRef packet;  // `arrived` is set
  base::SocketAddress from;
};

// Owned by one loop; knows no socket and no clock. Allocates at construction only. A sender is an address on
// one of our ports: what came from it stays in order, whatever happens.
class SenderQueues {
 public:
  // Datagrams taken at once, at the most: each of them may go to thousands, and more of one sender would not
  // be cheaper.
  static constexpr std::size_t kBatch = 32;

  struct Batch {
    std::uint16_t port_index = 0;
    std::span<ReceivedDatagram> datagrams;
  };

  // `most` datagrams wait at the most. `seed` is what nobody outside knows.
  SenderQueues(std::size_t most, std::uint64_t seed);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t room() const { return waiting_.size() - size_; }
  // To be called while there is room.
  void push(std::uint16_t port_index, ReceivedDatagram datagram);

  // The datagrams whose turn it is, each sender's side by side: of as many senders of one port as a batch
  // holds whole, or as much of one as it holds; that one then waits for its next turn. Valid until the next
  // call; may be moved from. Empty where nothing waits.
  Batch take();
  // What came on this port, which there is no more, is dropped.
  void forget(std::uint16_t port_index);

 private:
  static constexpr std::uint16_t kNone = 0xffff;
  struct Waiting {
    ReceivedDatagram datagram;
    std::uint16_t next = kNone;  // of the same sender; of those that are free
  };
  struct Sender {
    base::Path path;
    std::uint32_t count = 0;
    std::uint16_t first = kNone;
    std::uint16_t last = kNone;
    std::uint16_t next = kNone;          // whose turn comes after; of those that are free
    std::uint16_t next_in_home = kNone;  // whose hash is the same
  };

  std::uint16_t& home_of(const base::Path& path);
  std::uint16_t sender_of(const base::Path& path);
  void stand_in_line(std::uint16_t sender);
  void leave(std::uint16_t sender);
  ReceivedDatagram pop(Sender& sender);

  std::uint64_t seed_;
  std::size_t size_ = 0;
  std::vector<Waiting> waiting_;
  std::vector<Sender> senders_;
  std::vector<std::uint16_t> homes_;  // a power of two of them: the first sender of that hash
  std::uint16_t free_waiting_ = kNone;
  std::uint16_t free_senders_ = kNone;
  std::uint16_t front_ = kNone;  // whose turn it is
  std::uint16_t back_ = kNone;
  std::array<ReceivedDatagram, kBatch> batch_;
};

}  // namespace kaskado::loop
