#include "loop/mailbox.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace kaskado::loop {
namespace {

TEST(Mailbox, RunsTasksOfManyThreadsInEachOnesOrder) {
  Loop loop;
  Mailbox mailbox(loop);
  constexpr int kThreads = 4, kTasks = 1000;
  std::vector<int> next(kThreads, 0);
  int out_of_order = 0, done = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        ASSERT_TRUE(mailbox.post([&, t, i] {
          out_of_order += next[static_cast<std::size_t>(t)]++ != i;
          if (++done == kThreads * kTasks) mailbox.close();
        }));
      }
    });
  }
  loop.run();
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, kThreads * kTasks);
  EXPECT_EQ(out_of_order, 0);
}

TEST(Mailbox, RefusesWhenFullOrClosed) {
  Loop loop;
  Mailbox mailbox(loop, 2);
  EXPECT_TRUE(mailbox.post([] {}));
  EXPECT_TRUE(mailbox.post([] {}));
  EXPECT_FALSE(mailbox.post([] {}));
  mailbox.close();
  EXPECT_FALSE(mailbox.post([] {}));
}

}  // namespace
}  // namespace kaskado::loop
