// By which one thread wakes another that waits for descriptors (eventfd(2)). Valid C++17, as who uses it is.
#pragma once

namespace kaskado::base {

class EventCounter {
 public:
  // Throws std::system_error where the process may have no more descriptors.
  EventCounter();
  ~EventCounter();
  EventCounter(const EventCounter&) = delete;

  // Any thread, and it waits for none. However often, the descriptor is readable until take().
  void add();
  void take();
  // Does not block.
  int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
};

}  // namespace kaskado::base
