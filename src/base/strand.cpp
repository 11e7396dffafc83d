#include "base/strand.hpp"

#include <vector>

namespace kaskado::base {

namespace {

thread_local const Strand* current_strand = nullptr;

}  // namespace

Strand::Strand(Key, std::shared_ptr<Executor> executor, std::size_t most_jobs)
    : executor_(std::move(executor)), jobs_(most_jobs) {}

bool Strand::post(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || jobs_.full()) return false;
    jobs_.push(std::move(job));
    if (std::exchange(scheduled_, true)) return true;
  }
  if (executor_->post(shared_from_this())) return true;
  close();
  return false;
}

Strand::Job Strand::take_next() {
  const std::lock_guard lock(mutex_);
  return jobs_.empty() ? Job{} : jobs_.pop();
}

bool Strand::run() {
  if (Job job = take_next()) {
    const Strand* const outer = std::exchange(current_strand, this);
    job();
    job = nullptr;  // what it held goes as part of it
    current_strand = outer;
  }
  const std::lock_guard lock(mutex_);
  scheduled_ = !jobs_.empty();
  return scheduled_;
}

// Jobs are let go outside of the lock: their owners' destructors may come back here.
void Strand::close() {
  std::vector<Job> dropped;  // so goes after the lock does
  const std::lock_guard lock(mutex_);
  closed_ = true;
  while (!jobs_.empty()) dropped.push_back(jobs_.pop());
}

bool Strand::is_current() const {
  return current_strand == this;
}

std::size_t Strand::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size();
}

}  // namespace kaskado::base
