// Who wants to be woken next: an indexed heap of deadlines, one for each small id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.hpp"

namespace kaskado::base {

// O(log n) to set and to take; grows with the largest id in use, so ids should be reused.
class DeadlineQueue {
 public:
  // Replaces the deadline of `id`; kNever takes it out.
  void set(std::uint32_t id, Instant when);
  // The earliest of all, kNever where there is none.
  Instant next() const { return heap_.empty() ? kNever : heap_.front().when; }
  // Takes out one id whose time has come.
  std::optional<std::uint32_t> take_due(Instant now);
  std::size_t size() const { return heap_.size(); }

 private:
  struct Entry {
    Instant when;
    std::uint32_t id;
  };
  static constexpr std::uint32_t kAbsent = 0xffffffff;

  void place(std::size_t at, Entry entry);
  void sift(std::size_t at, Entry entry);
  void remove(std::size_t at);

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> positions_;  // by id
};

}  // namespace kaskado::base
