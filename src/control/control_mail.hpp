// What one shard tells the control thread, gathered for a round of the shard's loop. So the control thread is
// woken once for all answers and events of a round, and after the round's datagrams have left: waking a
// thread costs more than most of what it is told.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace kaskado::control {

class ControlMail {
 public:
  using Task = std::function<void()>;
  // Runs tasks on the control thread, in their order.
  using Post = std::function<void(std::vector<Task> tasks)>;

  explicit ControlMail(Post post) : post_(std::move(post)) {}

  // Only the shard's thread calls these. What a round adds is bounded by the commands and datagrams that it
  // takes.
  void add(Task task) { tasks_.push_back(std::move(task)); }
  void send() {
    if (!tasks_.empty()) post_(std::exchange(tasks_, {}));
  }

 private:
  Post post_;
  std::vector<Task> tasks_;
};

}  // namespace kaskado::control
