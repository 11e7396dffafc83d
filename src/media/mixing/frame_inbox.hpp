// Where frames wait for the strand that works on them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

#include "base/ring.hpp"
#include "media/stage.hpp"

namespace kaskado::media {

template <typename Frame>
class FrameInbox final : public FrameSink<Frame> {
 public:
  explicit FrameInbox(std::size_t most_frames) : waiting_(most_frames), taken_(most_frames) {}

  void take(const Frame& frame) override {
    Frame oldest;  // let go without the lock
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    if (waiting_.full()) {
      oldest = waiting_.pop();
      ++left_out_;
    }
    waiting_.push(frame);
  }

  // The strand's: `work(frame)` for all that wait, in order.
  template <typename Work>
  void empty(Work&& work) {
    {
      const std::lock_guard lock(mutex_);
      std::swap(waiting_, taken_);
    }
    while (!taken_.empty()) work(taken_.pop());
  }

  // The strand's: nothing is taken any more.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    empty([](const Frame&) {});
  }

  std::uint64_t left_out() const {
    const std::lock_guard lock(mutex_);
    return left_out_;
  }

 private:
  mutable std::mutex mutex_;
  base::Ring<Frame> waiting_;   // under mutex_
  bool closed_ = false;         // under mutex_
  std::uint64_t left_out_ = 0;  // under mutex_
  base::Ring<Frame> taken_;     // the strand's
};

}  // namespace kaskado::media
