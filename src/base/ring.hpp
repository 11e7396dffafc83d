// A bounded first-in first-out queue that never allocates after construction.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace kaskado::base {

template <typename T>
class Ring {
 public:
  explicit Ring(std::size_t capacity) : capacity_(capacity), items_(new T[capacity]) {}

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == capacity_; }

  // False, and nothing changes, when full: the caller counts the drop.
  bool push(T item) {
    if (full()) return false;
    items_[index(size_)] = std::move(item);
    ++size_;
    return true;
  }
  T pop() {
    T item = std::exchange(items_[first_], T{});
    first_ = index(1);
    --size_;
    return item;
  }
  T& front() { return items_[first_]; }
  const T& operator[](std::size_t i) const { return items_[index(i)]; }
  T& operator[](std::size_t i) { return items_[index(i)]; }
  void clear() {
    while (!empty()) pop();
  }

 private:
  std::size_t index(std::size_t offset) const {
    const std::size_t i = first_ + offset;
    return i >= capacity_ ? i - capacity_ : i;
  }

  std::size_t capacity_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::unique_ptr<T[]> items_;
};

}  // namespace kaskado::base
