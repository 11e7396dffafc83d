#include "base/deadline_queue.hpp"

namespace kaskado::base {

void DeadlineQueue::set(std::uint32_t id, Instant when) {
  if (id >= positions_.size()) {
    if (when == kNever) return;
    positions_.resize(id + 1, kAbsent);
  }
  const std::uint32_t at = positions_[id];
  if (when == kNever) {
    if (at != kAbsent) remove(at);
  } else if (at != kAbsent) {
    sift(at, {when, id});
  } else {
    heap_.push_back({});
    sift(heap_.size() - 1, {when, id});
  }
}

std::optional<std::uint32_t> DeadlineQueue::take_due(Instant now) {
  if (heap_.empty() || heap_.front().when > now) return std::nullopt;
  const std::uint32_t id = heap_.front().id;
  remove(0);
  return id;
}

void DeadlineQueue::remove(std::size_t at) {
  positions_[heap_[at].id] = kAbsent;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (at < heap_.size()) sift(at, last);
}

void DeadlineQueue::place(std::size_t at, Entry entry) {
  heap_[at] = entry;
  positions_[entry.id] = static_cast<std::uint32_t>(at);
}

// Puts `entry` where it belongs, starting from the free place `at`.
void DeadlineQueue::sift(std::size_t at, Entry entry) {
  while (at > 0 && entry.when < heap_[(at - 1) / 2].when) {
    place(at, heap_[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  for (;;) {
    std::size_t child = 2 * at + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1].when < heap_[child].when) ++child;
    if (entry.when <= heap_[child].when) break;
    place(at, heap_[child]);
    at = child;
  }
  place(at, entry);
}

}  // namespace kaskado::base
