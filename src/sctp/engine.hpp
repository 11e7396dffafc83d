// usrsctp, of which there is one in a process: its state, its timers and its lock. Inside the room only.
//
// One mutex is round all that is called of usrsctp, whichever shard calls it (docs/adr/0018). usrsctp knows
// an association by a number alone. What it wants sent, also by a timer that another shard's call has let
// run, goes into the queue that stands under that number; who owns the association fetches it from there.
//
// Time: usrsctp counts its own, and is told by each call how much has passed. There is no call while no
// association has anything to do. Round trips it measures by gettimeofday(2).
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "base/time.hpp"
#include "sctp/packet_queue.hpp"

namespace kaskado::sctp {

using AssociationNumber = std::uintptr_t;  // never 0, never used again

class Engine {
 public:
  // How exact timers are.
  static constexpr base::Duration kTick = std::chrono::milliseconds{10};

  // Sets usrsctp up with its first call. Lives as long as the process.
  static Engine& instance();

  // To be held round calls of usrsctp; lets timers run that are due by `now`.
  class Session {
   public:
    explicit Session(base::Instant now);
    // Time does not matter, as in a destructor.
    Session();
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    AssociationNumber open();
    void close(AssociationNumber number);
    // Of an open one: what it wants sent.
    PacketQueue& queue(AssociationNumber number);

   private:
    Engine& engine_;
    const std::lock_guard<std::mutex> lock_;
  };

 private:
  Engine();
  void tick(base::Instant now);
  static int on_output(void* address, void* packet, std::size_t length, std::uint8_t, std::uint8_t);

  std::mutex mutex_;
  base::Instant ticked_{};  // under mutex_, as all below
  AssociationNumber last_number_ = 0;
  std::unordered_map<AssociationNumber, PacketQueue> queues_;
};

}  // namespace kaskado::sctp
