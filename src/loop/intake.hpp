// How what comes in on a loop's ports gets to who deals with it: read as soon as the loop comes to it, dealt
// with sender by sender (sender_queues.hpp), for a bounded time a round of the loop. Where there is no
// backlog that is at once; what is left of a backlog goes on in the next round, behind timers and the
// mailbox, with what has come meanwhile.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/packet.hpp"
#include "base/time.hpp"
#include "loop/datagram_receiver.hpp"
#include "loop/sender_queues.hpp"
#include "loop/udp_counters.hpp"

namespace kaskado::loop {

class Loop;

// Told of what has come in, on the loop's thread.
class DatagramHandler {
 public:
  virtual ~DatagramHandler() = default;
  // The datagrams of each sender stand together; they may be moved from. At most Intake::kBatch at a time.
  virtual void on_batch(std::uint16_t port_index, std::span<ReceivedDatagram> batch, base::Instant now) = 0;
  // Before the batch, when the kernel had to drop datagrams because they were not read in time.
  virtual void on_queue_overflow(base::Instant now) = 0;
};

// One for all ports of a loop, which it outlives; `handler` outlives it.
class Intake {
 public:
  static constexpr std::size_t kBatch = SenderQueues::kBatch;
  // That wait here, at the most; others wait in their socket, for as long as its buffer lasts. To be less
  // than the pool can spare.
  static constexpr std::size_t kMostWaiting = 6144;
  // Of one round of the loop: no batch begins after so long.
  static constexpr base::Duration kLongestTurn = std::chrono::milliseconds(2);

  // Packets come from the pool. `seed` is what nobody outside knows. `most_waiting` is at least kBatch.
  Intake(Loop& loop, base::PacketPool& pool, std::uint64_t seed, DatagramHandler& handler,
         std::size_t most_waiting = kMostWaiting);
  ~Intake();
  Intake(const Intake&) = delete;

  // The port's socket has something to read.
  void on_readable(std::uint16_t port_index, int socket, UdpCounters& counters);
  // The port is closed, or is about to be: what has come on it is dropped.
  void forget(std::uint16_t port_index) { queues_.forget(port_index); }

 private:
  struct Hooks;
  void read(std::uint16_t port_index, int socket, UdpCounters& counters);
  void note_senders(std::span<const ReceivedDatagram> datagrams);
  // For what is left of this round's turn.
  void work();
  void deal_with_some(base::Instant now);
  void end_round();

  Loop& loop_;
  DatagramHandler& handler_;
  DatagramReceiver receiver_;
  SenderQueues queues_;
  base::Instant turn_began_ = base::kNever;  // in this round of the loop
  Hooks* hooks_;                             // freed by the loop after its handles have closed
};

}  // namespace kaskado::loop
