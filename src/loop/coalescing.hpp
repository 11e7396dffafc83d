// How long a loop lets datagrams gather before it looks for them, so that one wake-up and one send serve
// many. A server that has little to do waits for nothing; what is added to any datagram's way is at most what
// the operator allows. Knows no clock and no socket: what happened goes in, and how long to wait comes out.
//
// There are two reasons to wait:
// - Many peers send single datagrams: each of them wakes the loop, which costs more than the datagram itself.
//   Above one sender in the time that may be added, the loop looks less often.
// - A publisher sends a frame's packets together, and the first of them goes to so many viewers that the
// others
//   come in meanwhile. Those who wait a little for them give each viewer the whole frame as one message.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace kaskado::loop {

class Coalescing {
 public:
  // Never waits where `most` is 0.
  explicit Coalescing(base::Duration most = {}) : most_(most) {}

  bool is_on() const { return most_ > base::Duration{}; }

  // The loop was woken at `now`, or found something at once: how long to wait before it is read. To be waited
  // for in full.
  base::Duration before_read(base::Instant now);
  // What one read gave: so many senders, one of which sent so many datagrams in a row.
  void note_read(base::Instant now, std::uint32_t senders, std::uint32_t longest_run);
  // All that was read has been dealt with, at `now`: when to look for more. An instant that is past says at
  // once.
  base::Instant after_round(base::Instant now);

 private:
  // What has to be dealt with at once, if it takes that long, is worth a wait.
  static constexpr base::Duration kWorthwhile = std::chrono::microseconds(100);
  // Who finds something in less time did not wait for it.
  static constexpr base::Duration kAtOnce = std::chrono::microseconds(20);
  static constexpr base::Duration kRateWindow = std::chrono::milliseconds(20);
  // What is known of bursts is forgotten after.
  static constexpr base::Duration kForgotten = std::chrono::milliseconds(200);

  struct Round {
    base::Instant read_at{};  // first and last
    base::Instant last_read_at{};
    std::uint32_t longest_run = 0;  // 0: nothing was read
    bool waited = false;            // for its first datagram
    bool gathered = false;          // before it was read
  };

  void note_rate(base::Instant now);
  void note_costly(const Round& round, base::Instant ended);
  base::Duration hold() const;

  base::Duration most_;
  Round round_;
  base::Instant looked_at_{};  // when the loop began to wait

  base::Instant window_began_{};
  std::uint32_t senders_ = 0;  // in this window
  double senders_per_s_ = 0;

  Round costly_;  // the last one that was
  base::Instant costly_ended_{};
  bool waited_since_costly_ = true;
  double burstiness_ = 0;         // share of costly rounds that others followed, or would have
  base::Duration packet_cost_{};  // of one packet to all its viewers
};

}  // namespace kaskado::loop
