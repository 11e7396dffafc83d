// The way into a loop from other threads: a bounded queue of tasks, run in order on the owner's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

#include "loop/bell.hpp"
#include "loop/loop.hpp"

namespace kaskado::loop {

class Mailbox {
 public:
  using Task = std::function<void()>;

  // In one round of the loop, at the most, so that media and timers have their turn between those of a storm;
  // less where they take long, but one at least. The others stay in their order.
  static constexpr std::size_t kTasksPerRound = 8;
  static constexpr base::Duration kTimePerRound = std::chrono::microseconds(500);

  // `loop` is the owner's; the mailbox keeps it running until close().
  explicit Mailbox(Loop& loop, std::size_t max_tasks = 65536);
  ~Mailbox();
  Mailbox(const Mailbox&) = delete;

  // Any thread. False when the mailbox is full or closed; the task is then not run and the poster must say so
  // to whoever waits.
  bool post(Task task);
  // The same, but taken also when full: for what must not be lost and is bounded otherwise.
  bool post_always(Task task);
  // Owner's thread: takes no more and lets the loop end. Tasks already in are run first.
  void close();

 private:
  bool post(Task task, std::size_t max_tasks);
  void run_round();
  // The next tasks, so many at the most. False where none is left.
  bool run_tasks(std::size_t most, base::Duration most_time);

  Loop& loop_;
  const std::size_t max_tasks_;
  std::mutex mutex_;
  std::vector<Task> tasks_;    // under mutex_
  bool closed_ = false;        // under mutex_
  std::size_t left_ = 0;       // under mutex_: of those in running_, what this round does not reach
  std::vector<Task> running_;  // the owner's
  std::size_t next_ = 0;       // in running_
  Bell bell_;
};

}  // namespace kaskado::loop
