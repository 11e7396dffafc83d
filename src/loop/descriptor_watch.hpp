// Tells a loop's thread when a descriptor can be read or written.
#pragma once

#include <functional>

#include "loop/loop.hpp"

namespace kaskado::loop {

// To be destroyed before its descriptor is closed.
class DescriptorWatch {
 public:
  static constexpr int kReadable = 1;
  static constexpr int kWritable = 2;

  // `ready` is told what can be done: both where the descriptor is at fault, which then shows itself. It may destroy the
  // watch. Nothing is waited for at first.
  DescriptorWatch(Loop& loop, int descriptor, std::function<void(int events)> ready);
  ~DescriptorWatch();
  DescriptorWatch(const DescriptorWatch&) = delete;

  // From now on; 0: for nothing. While it waits it keeps the loop running.
  void wait_for(int events);

 private:
  struct State;
  State* const state_;  // freed by the loop after its handle has closed
};

}  // namespace kaskado::loop
