// One libuv event loop, owned by one thread. The only place in the media plane where time is read.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/time.hpp"

struct uv_loop_s;
struct uv_timer_s;

namespace kaskado::loop {

// CLOCK_MONOTONIC, read anew. Any thread.
base::Instant monotonic_now();
// CLOCK_REALTIME, read anew. Any thread.
base::WallTime wall_now();
// Both at one moment.
base::ClockAnchor clock_anchor();

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;

  // Runs until stop(), or until nothing is left to wait for. Only the owning thread calls any of these.
  void run();
  void stop();
  // Runs after every round of I/O and timers, before the loop waits again: the place to flush what the round
  // has produced. One at a time.
  void after_each_round(std::function<void()> action);

  // Lets datagrams gather under load, for that long at the most: the thread sleeps, and whatever else is due
  // waits with it. To be called before run().
  void coalesce(base::Duration most);
  // There is more to do at once: nothing is let gather before it is done. For one round.
  void stay_awake();
  // Told by the loop's ports: before the first read of a round, and of each.
  void before_read();
  void note_read(base::Instant now, std::uint32_t senders, std::uint32_t longest_run);

  uv_loop_s* raw() { return loop_.get(); }

 private:
  struct Hooks;
  void start_hooks();
  std::unique_ptr<uv_loop_s> loop_;
  std::unique_ptr<Hooks> hooks_;
};

// A timer of a loop; fires once per arming, never before its time and up to a millisecond after, or more by
// what the loop lets datagrams gather.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> action);
  ~Timer();
  Timer(const Timer&) = delete;

  // Replaces an arming before. `kNever` disarms.
  void arm(base::Instant when);
  base::Instant armed_for() const { return armed_for_; }

 private:
  struct State;
  State* state_;  // freed by the loop after its handle has closed
  base::Instant armed_for_ = base::kNever;
};

}  // namespace kaskado::loop
