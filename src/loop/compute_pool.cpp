#include "loop/compute_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "loop/background.hpp"
#include "loop/processors.hpp"

namespace kaskado::loop {

struct ComputePool::State {
  void run();
  std::shared_ptr<base::Work> next(std::unique_lock<std::mutex>& lock);

  std::size_t most_threads = 1;
  std::vector<int> processors;
  std::string name;
  int niceness = 0;
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable rest;
  // All under the mutex.
  std::deque<std::shared_ptr<base::Work>> queue;
  std::vector<std::thread> threads;
  std::size_t idle = 0;
  bool stopped = false;
};

ComputePool::ComputePool(std::size_t most_threads, std::string name) : state_(std::make_shared<State>()) {
  state_->name = std::move(name);
  state_->processors = usable_processors();
  state_->most_threads = most_threads ? most_threads : state_->processors.size();
  state_->niceness = background_niceness();
}

ComputePool::~ComputePool() {
  stop();
}

bool ComputePool::post(std::shared_ptr<base::Work> work) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopped) return false;
    if (state_->queue.size() >= state_->idle && state_->threads.size() < state_->most_threads) start_thread();
    if (state_->threads.empty()) return false;
    state_->queue.push_back(std::move(work));
  }
  state_->wake.notify_one();
  return true;
}

// Under the mutex. Where the system has no more threads to give, those that are there do the work.
void ComputePool::start_thread() {
  try {
    state_->threads.emplace_back([state = state_] { state->run(); });
  } catch (const std::system_error&) {
  }
}

void ComputePool::stop() {
  std::vector<std::thread> threads;
  std::deque<std::shared_ptr<base::Work>> abandoned;
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
    threads.swap(state_->threads);
    abandoned.swap(state_->queue);
  }
  state_->wake.notify_all();
  for (auto& thread : threads) {
    if (thread.get_id() == std::this_thread::get_id()) {
      thread.detach();
    } else {
      thread.join();
    }
  }
  for (const auto& work : abandoned) work->abandon();
}

void ComputePool::drain(std::chrono::milliseconds most) {
  std::unique_lock lock(state_->mutex);
  state_->rest.wait_for(lock, most, [this] { return state_->queue.empty() && state_->idle == state_->threads.size(); });
}

std::size_t ComputePool::threads() const {
  const std::lock_guard lock(state_->mutex);
  return state_->threads.size();
}

std::shared_ptr<base::Work> ComputePool::State::next(std::unique_lock<std::mutex>& lock) {
  ++idle;
  if (queue.empty()) rest.notify_all();
  wake.wait(lock, [this] { return stopped || !queue.empty(); });
  --idle;
  if (stopped) return nullptr;
  std::shared_ptr<base::Work> work = std::move(queue.front());
  queue.pop_front();
  return work;
}

void ComputePool::State::run() {
  stand_back(name.c_str(), processors, niceness);
  std::unique_lock lock(mutex);
  while (std::shared_ptr<base::Work> work = next(lock)) {
    lock.unlock();
    const bool more = work->run();
    if (!more) work.reset();
    lock.lock();
    if (!more) continue;
    if (!stopped) {
      queue.push_back(std::move(work));
      continue;
    }
    lock.unlock();
    work->abandon();
    work.reset();
    lock.lock();
  }
}

}  // namespace kaskado::loop
