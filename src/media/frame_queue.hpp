// What waits before a stage, between whoever brings it and the strand that works on it.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/ring.hpp"
#include "base/strand.hpp"

namespace kaskado::media {

// Bounded: when it is full the oldest goes. Any thread.
template <typename T>
class FrameQueue {
 public:
  explicit FrameQueue(std::size_t capacity) : items_(capacity) {}

  // True where there was room. False: an older one made it, so there are not more than before.
  bool push(T item) {
    T dropped;  // so its end is not under the lock
    const std::lock_guard lock(mutex_);
    const bool room = !items_.full();
    if (!room) dropped = items_.pop();
    items_.push(std::move(item));
    return room;
  }
  std::optional<T> pop() {
    const std::lock_guard lock(mutex_);
    if (items_.empty()) return std::nullopt;
    return items_.pop();
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  mutable std::mutex mutex_;
  base::Ring<T> items_;  // under mutex_
};

// Queues `item` and posts `work(*stage)` for it, one job for each that waits. False where one was dropped: an
// older one, or all that was posted for if the strand takes no more.
template <typename T, typename Stage, typename Work>
bool queue_for(base::Strand& strand, FrameQueue<T>& queue, T item, std::shared_ptr<Stage> stage, Work work) {
  if (!queue.push(std::move(item))) return false;
  if (strand.post_for(std::move(stage), std::move(work))) return true;
  queue.pop();
  return false;
}

}  // namespace kaskado::media
