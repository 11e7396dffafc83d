// The source's side of media/stage.hpp, for every stage that gives frames.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "media/stage.hpp"

namespace kaskado::media {

// Any thread may call any of it. Sinks are called in the order in which they were added, without a lock held:
// a sink may add and remove, itself too, while it is called.
template <typename Frame>
class FramePublisher final : public FrameSource<Frame> {
 public:
  using Sink = FrameSink<Frame>;

  // One that is there already is not added again.
  void add(std::shared_ptr<Sink> sink) override {
    const std::lock_guard lock(mutex_);
    if (!sink || has(sink.get())) return;
    auto changed = std::make_shared<Sinks>(*sinks_);
    changed->push_back(std::move(sink));
    sinks_ = std::move(changed);
  }

  // Waits until nobody is within a call of `sink`, but for calls that the asking thread itself is in. So who
  // removes holds no lock that the sink may wait for.
  void remove(const Sink* sink) override {
    std::shared_ptr<const Sinks> before;  // the sink may end with it, and not under the lock
    std::unique_lock lock(mutex_);
    if (has(sink)) {
      before = sinks_;
      auto changed = std::make_shared<Sinks>();
      std::ranges::copy_if(*before, std::back_inserter(*changed),
                           [&](const auto& other) { return other.get() != sink; });
      sinks_ = std::move(changed);
    }
    call_ended_.wait(lock, [&] { return !is_called_elsewhere(sink); });
  }

  void publish(const Frame& frame) {
    std::unique_lock lock(mutex_);
    const std::shared_ptr<const Sinks> sinks = sinks_;
    for (const std::shared_ptr<Sink>& sink : *sinks) {
      if (sinks != sinks_ && !has(sink.get())) continue;
      calls_.push_back({sink.get(), std::this_thread::get_id()});
      lock.unlock();
      sink->take(frame);
      lock.lock();
      end_call(sink.get());
    }
    lock.unlock();  // before the last reference to a sink that was removed goes
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return sinks_->size();
  }
  bool empty() const { return size() == 0; }

 private:
  using Sinks = std::vector<std::shared_ptr<Sink>>;
  struct Call {
    const Sink* sink;
    std::thread::id thread;
    bool operator==(const Call&) const = default;
  };

  bool has(const Sink* sink) const {
    return std::ranges::any_of(*sinks_, [&](const auto& other) { return other.get() == sink; });
  }
  bool is_called_elsewhere(const Sink* sink) const {
    const auto self = std::this_thread::get_id();
    return std::ranges::any_of(calls_,
                               [&](const Call& call) { return call.sink == sink && call.thread != self; });
  }
  void end_call(const Sink* sink) {
    calls_.erase(std::ranges::find(calls_, Call{sink, std::this_thread::get_id()}));
    call_ended_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable call_ended_;
  std::shared_ptr<const Sinks> sinks_ = std::make_shared<Sinks>();  // under mutex_; replaced, never changed
  std::vector<Call> calls_;                                         // under mutex_: those that are running
};

}  // namespace kaskado::media
