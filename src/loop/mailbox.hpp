// The way into a loop from other threads: a bounded queue of tasks, run in order on the owner's thread.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

#include "loop/loop.hpp"

namespace kaskado::loop {

class Mailbox {
 public:
  using Task = std::function<void()>;

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
  struct State;
  bool post(Task task, std::size_t max_tasks);
  void run_tasks();

  const std::size_t max_tasks_;
  std::mutex mutex_;
  std::vector<Task> tasks_;    // under mutex_
  bool closed_ = false;        // under mutex_
  std::vector<Task> running_;  // the owner's, kept for its capacity
  State* state_;               // freed by the loop after its handle has closed
};

}  // namespace kaskado::loop
