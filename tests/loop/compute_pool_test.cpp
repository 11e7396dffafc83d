#include "loop/compute_pool.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "base/strand.hpp"
#include "loop/processors.hpp"

namespace kaskado::loop {
namespace {

using base::Strand;

TEST(ComputePool, HasNoThreadBeforeThereIsWork) {
  const auto pool = std::make_shared<ComputePool>(4);
  const auto strand = Strand::create(pool);
  EXPECT_EQ(pool->threads(), 0u);
  std::promise<void> ran;
  strand->post([&] { ran.set_value(); });
  ran.get_future().wait();
  EXPECT_EQ(pool->threads(), 1u);
}

TEST(ComputePool, HasAsManyThreadsAsThereIsWorkAtOnceAndNotMoreThanWereGranted) {
  const auto pool = std::make_shared<ComputePool>(3);
  std::vector<std::shared_ptr<Strand>> strands;
  std::latch together(4), done(5);
  for (int i = 0; i < 5; ++i) {
    strands.push_back(Strand::create(pool));
    strands.back()->post([&, i] {
      if (i < 3) together.arrive_and_wait();  // each of three threads is in a job
      done.count_down();
    });
  }
  together.arrive_and_wait();
  done.wait();
  EXPECT_EQ(pool->threads(), 3u);
}

TEST(ComputePool, RunsItsThreadsLowAndWhereTheMakerMayRun) {
  const auto pool = std::make_shared<ComputePool>(1);
  const auto strand = Strand::create(pool);
  std::promise<std::vector<int>> seen;
  int policy = -1, niceness = -100;
  std::thread pinned([&] {  // as a shard's is
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(usable_processors().front()), &one);
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    strand->post([&] {
      policy = sched_getscheduler(0);
      niceness = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
      seen.set_value(usable_processors());
    });
  });
  EXPECT_EQ(seen.get_future().get(), usable_processors());
  EXPECT_EQ(policy, SCHED_BATCH);
  EXPECT_EQ(niceness, std::min(getpriority(PRIO_PROCESS, 0) + 5, 19));
  pinned.join();
}

struct Counted {
  int next = 0;  // the strand's alone
  int out_of_order = 0;
};

TEST(ComputePool, RunsTheJobsOfManyStrandsEachInItsOrder) {
  static constexpr int kStrands = 8, kJobs = 2000;
  const auto pool = std::make_shared<ComputePool>(4);
  std::vector<std::shared_ptr<Strand>> strands;
  std::vector<std::shared_ptr<Counted>> counted;
  std::latch done(kStrands);
  for (int s = 0; s < kStrands; ++s) {
    strands.push_back(Strand::create(pool, 16));
    counted.push_back(std::make_shared<Counted>());
  }
  std::vector<std::thread> posters;
  for (int t = 0; t < 2; ++t) {
    posters.emplace_back([&, t] {
      for (int i = 0; i < kJobs; ++i) {
        for (std::size_t s = static_cast<std::size_t>(t); s < kStrands; s += 2) {
          const auto job = [&done, i](Counted& self) {
            self.out_of_order += self.next++ != i;
            if (self.next == kJobs) done.count_down();
          };
          while (!strands[s]->post_for(counted[s], job)) std::this_thread::yield();
        }
      }
    });
  }
  for (auto& thread : posters) thread.join();
  done.wait();
  pool->stop();
  for (const auto& each : counted) {
    EXPECT_EQ(each->next, kJobs);
    EXPECT_EQ(each->out_of_order, 0);
  }
}

TEST(ComputePool, SharesItsThreadsFairlyBetweenStrands) {
  const auto pool = std::make_shared<ComputePool>(1);
  const auto busy = Strand::create(pool), other = Strand::create(pool);
  std::vector<int> order;  // one thread's
  std::promise<void> go, done;
  busy->post([&] { go.get_future().wait(); });
  for (int i = 0; i < 3; ++i) busy->post([&] { order.push_back(1); });
  other->post([&] { order.push_back(2); });
  busy->post([&] { done.set_value(); });
  go.set_value();
  done.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{2, 1, 1, 1}));
}

TEST(ComputePool, StopsWhileItIsPostedTo) {
  for (int round = 0; round < 30; ++round) {
    const auto pool = std::make_shared<ComputePool>(3);
    const auto counted = std::make_shared<std::atomic<int>>(0);
    std::vector<std::thread> posters;
    std::atomic<int> taken = 0;
    for (int t = 0; t < 3; ++t) {
      posters.emplace_back([&] {
        const auto strand = Strand::create(pool);
        for (int i = 0; i < 300; ++i)
          taken += strand->post_for(counted, [](std::atomic<int>& count) { ++count; });
      });
    }
    pool->stop();
    const int ran = *counted;
    for (auto& thread : posters) thread.join();
    EXPECT_EQ(*counted, ran) << "nothing runs once it has stopped";
    EXPECT_LE(ran, taken);
    EXPECT_EQ(counted.use_count(), 1) << "jobs that were left are let go";
  }
}

TEST(ComputePool, MayBeLetGoByItsOwnWork) {
  auto pool = std::make_shared<ComputePool>(2);
  std::promise<void> let_go, ran;
  {
    auto strand = Strand::create(pool);
    auto* raw = strand.get();
    raw->post([&, pool, strand = std::move(strand)]() mutable {
      let_go.get_future().wait();
      pool.reset();
      strand.reset();
      ran.set_value();
    });
  }
  pool.reset();
  let_go.set_value();
  ran.get_future().wait();
}

}  // namespace
}  // namespace kaskado::loop
