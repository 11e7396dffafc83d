// A bounded queue from one thread to one other, without locks; allocates at construction only.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>

namespace kaskado::base {

// Items are filled and read in place: large ones are written once.
template <typename T>
class SpscRing {
 public:
  // `capacity` is rounded up to a power of two.
  explicit SpscRing(std::size_t capacity) : mask_(std::bit_ceil(capacity) - 1), items_(new T[mask_ + 1]) {}
  SpscRing(const SpscRing&) = delete;

  std::size_t capacity() const { return mask_ + 1; }

  // The writer's: the item that push() hands over, or nullptr when full.
  T* back() {
    const std::size_t written = written_.load(std::memory_order_relaxed);
    if (written - read_seen_ > mask_) {
      read_seen_ = read_.load(std::memory_order_acquire);
      if (written - read_seen_ > mask_) return nullptr;
    }
    return &items_[written & mask_];
  }
  void push() { written_.store(written_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

  // The reader's: the oldest item, which pop() gives back, or nullptr when empty.
  T* front() {
    const std::size_t read = read_.load(std::memory_order_relaxed);
    if (read == written_seen_) {
      written_seen_ = written_.load(std::memory_order_acquire);
      if (read == written_seen_) return nullptr;
    }
    return &items_[read & mask_];
  }
  void pop() { read_.store(read_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

 private:
  static constexpr std::size_t kCacheLine = 64;

  const std::size_t mask_;
  const std::unique_ptr<T[]> items_;
  alignas(kCacheLine) std::atomic<std::size_t> written_{0};
  std::size_t read_seen_ = 0;  // the writer's copy of read_
  alignas(kCacheLine) std::atomic<std::size_t> read_{0};
  std::size_t written_seen_ = 0;  // the reader's copy of written_
};

}  // namespace kaskado::base
