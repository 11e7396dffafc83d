// The threads for what takes long: decoding, encoding, mixing and filters; and, as a pool of its own, for what waits for
// files and networks. They stand back behind the shards.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/executor.hpp"

namespace kaskado::loop {

// Runs each work's slices in turn. A thread is started when there is work and none is idle, up to their
// number: a server that has nothing to compute has none. They may run on any processor that whoever made the
// pool may run on, at a lower priority than that one's (nice(2), and SCHED_BATCH: sched(7)).
//
// Strands may outlive the pool. Whoever owns the pool stops it before letting go of what the work uses.
class ComputePool final : public base::Executor {
 public:
  // `most_threads` 0: one for each processor. The name is its threads', of 15 characters at the most.
  explicit ComputePool(std::size_t most_threads = 0, std::string name = "compute");
  ~ComputePool() override;
  ComputePool(const ComputePool&) = delete;

  bool post(std::shared_ptr<base::Work> work) override;
  // Waits for the slices that run, unless it is one of them that asks, and abandons what waits. Any thread.
  void stop();

  // Waits until nothing waits or runs, for so long at the most. Any thread but the pool's.
  void drain(std::chrono::milliseconds most);

  // How many there are by now.
  std::size_t threads() const;

 private:
  struct State;
  void start_thread();

  const std::shared_ptr<State> state_;  // shared with the threads
};

}  // namespace kaskado::loop
