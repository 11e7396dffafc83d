#include "loop/mailbox.hpp"

#include <uv.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace kaskado::loop {

struct Mailbox::State {
  uv_async_t handle;
  Mailbox* owner;
};

Mailbox::Mailbox(Loop& loop, std::size_t max_tasks)
    : loop_(loop), max_tasks_(max_tasks), state_(new State{{}, this}) {
  uv_async_init(loop.raw(), &state_->handle,
                [](uv_async_t* handle) { static_cast<State*>(handle->data)->owner->run_round(); });
  state_->handle.data = state_;
}

Mailbox::~Mailbox() { close(); }

bool Mailbox::post(Task task) { return post(std::move(task), max_tasks_); }

bool Mailbox::post_always(Task task) { return post(std::move(task), std::numeric_limits<std::size_t>::max()); }

bool Mailbox::post(Task task, std::size_t max_tasks) {
  const std::lock_guard lock(mutex_);
  if (closed_ || tasks_.size() + left_ >= max_tasks) return false;
  tasks_.push_back(std::move(task));
  // Under the lock, so that close() cannot free the handle between the check and the wake-up.
  if (tasks_.size() == 1) uv_async_send(&state_->handle);
  return true;
}

void Mailbox::run_round() {
  const bool more = run_tasks(kTasksPerRound, kTimePerRound);
  if (!more) return;
  loop_.stay_awake();
  const std::lock_guard lock(mutex_);
  // A task may have closed it.
  if (!closed_) uv_async_send(&state_->handle);
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
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->handle),
           [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

}  // namespace kaskado::loop
