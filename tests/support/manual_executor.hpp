// An executor that runs what it was given when the test says so, on the test's thread.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include "base/executor.hpp"

namespace kaskado::test {

class ManualExecutor final : public base::Executor {
 public:
  ~ManualExecutor() override { stop(); }

  bool post(std::shared_ptr<base::Work> work) override {
    if (!stopped_) queue_.push_back(std::move(work));
    return !stopped_;
  }
  // One slice of the work that has waited longest. False where none does.
  bool run_one() {
    if (queue_.empty()) return false;
    std::shared_ptr<base::Work> work = std::move(queue_.front());
    queue_.pop_front();
    if (work->run()) queue_.push_back(std::move(work));
    return true;
  }
  // Until none waits; gives how many slices that took.
  std::size_t run_all() {
    std::size_t slices = 0;
    while (run_one()) ++slices;
    return slices;
  }
  void stop() {
    stopped_ = true;
    while (!queue_.empty()) {
      const std::shared_ptr<base::Work> work = std::move(queue_.front());
      queue_.pop_front();
      work->abandon();
    }
  }
  std::size_t waiting() const { return queue_.size(); }

 private:
  std::deque<std::shared_ptr<base::Work>> queue_;
  bool stopped_ = false;
};

}  // namespace kaskado::test
