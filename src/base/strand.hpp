// One stream's jobs, in order and one at a time, on whatever threads an executor has.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "base/executor.hpp"
#include "base/ring.hpp"

namespace kaskado::base {

// Strands share an executor fairly: each gives way behind every job. What one job wrote the next one sees, so
// that what belongs to a strand needs no lock.
//
// A job that uses an object holds it by a shared_ptr, for which there is post_for(): then nothing runs on a
// dead object, in whatever order things are let go, and the last reference may go on any thread. The job is
// let go when it has run, when the strand is closed and when its executor stops, so that no circle of
// references stays.
class Strand final : public Work, public std::enable_shared_from_this<Strand> {
  struct Key {};

 public:
  using Job = std::function<void()>;

  static constexpr std::size_t kMostJobs = 64;

  static std::shared_ptr<Strand> create(std::shared_ptr<Executor> executor,
                                        std::size_t most_jobs = kMostJobs) {
    return std::make_shared<Strand>(Key{}, std::move(executor), most_jobs);
  }
  Strand(Key, std::shared_ptr<Executor> executor, std::size_t most_jobs);
  Strand(const Strand&) = delete;

  // Any thread, also from a job; does not wait. False where so many wait already, or nothing is run any more:
  // the poster decides what is left out, and says so.
  bool post(Job job);
  // `job(*owner)`, and the owner lives until then.
  template <typename Owner, typename OwnersJob>
  bool post_for(std::shared_ptr<Owner> owner, OwnersJob job) {
    return post([owner = std::move(owner), job = std::move(job)] { job(*owner); });
  }

  // Takes no more jobs and lets those go that wait. One that runs is not waited for.
  void close();
  // Whether it is one of this strand's jobs that asks.
  bool is_current() const;
  std::size_t waiting() const;

 private:
  bool run() override;
  void abandon() override { close(); }
  Job take_next();

  const std::shared_ptr<Executor> executor_;
  mutable std::mutex mutex_;
  Ring<Job> jobs_;          // under mutex_
  bool scheduled_ = false;  // under mutex_: in the executor's hands
  bool closed_ = false;     // under mutex_
};

}  // namespace kaskado::base
