#include "loop/mailbox.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace kaskado::loop {

Mailbox::Mailbox(Loop& loop, std::size_t max_tasks)
    : loop_(loop), max_tasks_(max_tasks), bell_(loop, [this] { run_round(); }) {}

Mailbox::~Mailbox() { close(); }

bool Mailbox::post(Task task) { return post(std::move(task), max_tasks_); }

bool Mailbox::post_always(Task task) { return post(std::move(task), std::numeric_limits<std::size_t>::max()); }

bool Mailbox::post(Task task, std::size_t max_tasks) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || tasks_.size() + left_ >= max_tasks) return false;
    tasks_.push_back(std::move(task));
    if (tasks_.size() > 1) return true;
  }
  bell_.ring();
  return true;
}

void Mailbox::run_round() {
  const bool more = run_tasks(kTasksPerRound, kTimePerRound);
  if (!more) return;
  loop_.stay_awake();
  bell_.ring();
}

// A task may close the mailbox, which runs those behind it from in here.
bool Mailbox::run_tasks(std::size_t most, base::Duration most_time) {
  {
    const std::lock_guard lock(mutex_);
    if (next_ == running_.size()) {
      running_.clear();
      next_ = 0;
      running_.swap(tasks_);
    }
    left_ = running_.size() - std::min(running_.size(), next_ + most);
  }
  const base::Instant end = monotonic_now() + most_time;
  for (std::size_t done = 0; done < most && next_ < running_.size(); ++done) {
    const Task task = std::move(running_[next_++]);
    task();
    if (monotonic_now() >= end) break;
  }
  const std::lock_guard lock(mutex_);
  return next_ < running_.size() || !tasks_.empty();
}

void Mailbox::close() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
  }
  while (run_tasks(max_tasks_, std::chrono::hours(1))) {
  }
  bell_.close();
}

}  // namespace kaskado::loop
