// Wakes a loop from other threads. However often it is rung before the loop looks, it is heard once.
#pragma once

#include <functional>

#include "loop/loop.hpp"

namespace kaskado::loop {

// An event counter of the kernel (eventfd(2)) and nothing else between the threads: uv_async_t has the loop spin while a ringer
// has rung half, and one of a lower priority stays at that for milliseconds where the loop runs in its place.
class Bell {
 public:
  // `heard` is called on the loop's thread. The bell keeps the loop running until close(). Throws std::system_error where
  // the process may have no more descriptors.
  Bell(Loop& loop, std::function<void()> heard);
  // The loop's thread.
  ~Bell();
  Bell(const Bell&) = delete;

  // Any thread, and it waits for none. Nobody hears it after close().
  void ring();
  // The loop's thread.
  void close();

 private:
  struct State;
  const int counter_;
  State* state_;  // freed by the loop after its handle has closed
};

}  // namespace kaskado::loop
