// Tasks that other threads hand to the thread of the WebSocket server. Valid C++17, as websocket.cpp is.
//
// Not Asio's own queue: that wakes its thread while it holds its lock, so that the woken one ran into the
// lock and went to sleep once more, for each task.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

#include "base/event_counter.hpp"

namespace kaskado::control {

class TaskInbox {
 public:
  using Task = std::function<void()>;

  // Throws std::system_error where the system has no descriptor left, as event loops do.
  explicit TaskInbox(std::size_t max_tasks);
  TaskInbox(const TaskInbox&) = delete;

  // Any thread, while the inbox lives. All of the tasks are taken, in their order, or none: where there would
  // be too many, and after close().
  bool post(std::vector<Task> tasks) { return add(std::move(tasks), max_tasks_); }
  // The same, but taken also when full: for the one task by which the owner is told to stop.
  bool post_last(Task task);

  // The owner's thread. An eventfd(2) that does not block. It becomes readable when there are tasks; the
  // owner first reads it and then takes them.
  int descriptor() const { return counter_.descriptor(); }
  std::vector<Task> take();
  void close();

 private:
  bool add(std::vector<Task> tasks, std::size_t max_tasks);

  const std::size_t max_tasks_;
  base::EventCounter counter_;
  std::mutex mutex_;
  std::vector<Task> tasks_;  // under mutex_
  bool is_closed_ = false;   // under mutex_
};

}  // namespace kaskado::control
