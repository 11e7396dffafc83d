#include "control/task_inbox.hpp"

#include <iterator>
#include <utility>

namespace kaskado::control {

TaskInbox::TaskInbox(std::size_t max_tasks) : max_tasks_(max_tasks) {}

bool TaskInbox::post_last(Task task) {
  std::vector<Task> tasks;
  tasks.push_back(std::move(task));
  return add(std::move(tasks), max_tasks_ + 1);
}

bool TaskInbox::add(std::vector<Task> tasks, std::size_t max_tasks) {
  bool was_empty = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (is_closed_ || tasks_.size() + tasks.size() > max_tasks) return false;
    was_empty = tasks_.empty();
    if (was_empty) {
      tasks_ = std::move(tasks);
    } else {
      tasks_.insert(tasks_.end(), std::make_move_iterator(tasks.begin()),
                    std::make_move_iterator(tasks.end()));
    }
  }
  // Whoever has put the first ones in wakes the owner, for those as well that come before it takes them. The
  // lock is free by then: on one core the owner often runs before this returns.
  if (was_empty) counter_.add();
  return true;
}

std::vector<TaskInbox::Task> TaskInbox::take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::exchange(tasks_, {});
}

void TaskInbox::close() {
  const std::lock_guard<std::mutex> lock(mutex_);
  is_closed_ = true;
}

}  // namespace kaskado::control
