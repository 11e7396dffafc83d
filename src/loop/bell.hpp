// Wakes a loop from other threads. However often it is rung before the loop looks, it is heard once.
#pragma once

#include <functional>
#include <optional>

#include "base/event_counter.hpp"
#include "loop/descriptor_watch.hpp"
#include "loop/loop.hpp"

namespace kaskado::loop {

// A counter of the kernel and nothing else between the threads: uv_async_t has the loop spin while a ringer has rung half, and
// one of a lower priority stays at that for milliseconds where the loop runs in its place.
class Bell {
 public:
  // `heard` is called on the loop's thread. The bell keeps the loop running until close(). Throws std::system_error where
  // the process may have no more descriptors.
  Bell(Loop& loop, std::function<void()> heard);
  Bell(const Bell&) = delete;

  // Any thread, and it waits for none. Nobody hears it after close().
  void ring() { counter_.add(); }
  // The loop's thread, on which it also goes.
  void close() { watch_.reset(); }

 private:
  base::EventCounter counter_;
  std::optional<DescriptorWatch> watch_;
};

}  // namespace kaskado::loop
