// Wakes a loop from other threads. However often it is rung before the loop looks, it is heard once.
#pragma once

#include <functional>
#include <mutex>

#include "loop/loop.hpp"

namespace kaskado::loop {

class Bell {
 public:
  // `heard` is called on the loop's thread. The bell keeps the loop running until close().
  Bell(Loop& loop, std::function<void()> heard);
  ~Bell();
  Bell(const Bell&) = delete;

  // Any thread. Nobody hears it after close().
  void ring();
  // The loop's thread.
  void close();

 private:
  struct State;
  std::mutex mutex_;
  State* state_;  // under mutex_; freed by the loop after its handle has closed
};

}  // namespace kaskado::loop
