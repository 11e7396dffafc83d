#include "loop/mailbox.hpp"

#include <uv.h>

#include <limits>
#include <utility>

namespace kaskado::loop {

struct Mailbox::State {
  uv_async_t handle;
  Mailbox* owner;
};

Mailbox::Mailbox(Loop& loop, std::size_t max_tasks) : max_tasks_(max_tasks), state_(new State{{}, this}) {
  uv_async_init(loop.raw(), &state_->handle,
                [](uv_async_t* handle) { static_cast<State*>(handle->data)->owner->run_tasks(); });
  state_->handle.data = state_;
}

Mailbox::~Mailbox() { close(); }

bool Mailbox::post(Task task) { return post(std::move(task), max_tasks_); }

bool Mailbox::post_always(Task task) { return post(std::move(task), std::numeric_limits<std::size_t>::max()); }

bool Mailbox::post(Task task, std::size_t max_tasks) {
  const std::lock_guard lock(mutex_);
  if (closed_ || tasks_.size() >= max_tasks) return false;
  tasks_.push_back(std::move(task));
  // Under the lock, so that close() cannot free the handle between the check and the wake-up.
  if (tasks_.size() == 1) uv_async_send(&state_->handle);
  return true;
}

void Mailbox::run_tasks() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(tasks_);
  }
  for (Task& task : running_) std::exchange(task, nullptr)();
  running_.clear();
}

void Mailbox::close() {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
  }
  run_tasks();
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->handle),
           [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

}  // namespace kaskado::loop
