#include "loop/mailbox.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
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

// Rounds of the loop go on between: a storm of commands holds up neither sockets nor timers.
TEST(Mailbox, RunsNotMoreThanSoManyTasksInARound) {
  Loop loop;
  Mailbox mailbox(loop);
  constexpr int kTasks = 100;
  std::vector<int> done;
  std::size_t in_this_round = 0, most_in_a_round = 0;
  loop.after_each_round([&] { in_this_round = 0; });
  for (int i = 0; i < kTasks; ++i) {
    ASSERT_TRUE(mailbox.post([&, i] {
      most_in_a_round = std::max(most_in_a_round, ++in_this_round);
      done.push_back(i);
      if (i % 10 == 0) {  // comes behind all that are in
        EXPECT_TRUE(mailbox.post([&, i] {
          done.push_back(kTasks + i);
          if (i == 90) mailbox.close();
        }));
      }
    }));
  }
  loop.run();
  ASSERT_EQ(done.size(), kTasks + 10u);
  EXPECT_TRUE(std::ranges::is_sorted(done));
  EXPECT_LE(most_in_a_round, Mailbox::kTasksPerRound);
}

TEST(Mailbox, CountsWhatWaitsForALaterRound) {
  Loop loop;
  constexpr std::size_t kMost = 3 * Mailbox::kTasksPerRound;
  Mailbox mailbox(loop, kMost);
  std::size_t taken = 0;
  for (std::size_t i = 0; i < kMost; ++i) {
    ASSERT_TRUE(mailbox.post([&, i] {
      if (i == 0) {
        while (mailbox.post([] {})) ++taken;
      }
      if (i == kMost - 1) mailbox.close();
    }));
  }
  loop.run();
  EXPECT_EQ(taken, Mailbox::kTasksPerRound) << "those of this round make room";
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

TEST(Mailbox, HasRoomAgainWhenItsTasksWereRun) {
  Loop loop;
  Mailbox mailbox(loop, 2);
  int done = 0;
  EXPECT_TRUE(mailbox.post([&] { ++done; }));
  EXPECT_TRUE(mailbox.post([&] {
    ++done;
    // Those that are running do not count any more.
    EXPECT_TRUE(mailbox.post([&] { ++done; }));
    EXPECT_TRUE(mailbox.post([&] { mailbox.close(); }));
    EXPECT_FALSE(mailbox.post([&] { ++done; }));
  }));
  EXPECT_FALSE(mailbox.post([&] { ++done; }));
  loop.run();
  EXPECT_EQ(done, 3);
}

// Or the owner of a full mailbox could not be stopped.
TEST(Mailbox, TakesWhatMustNotBeLostAlthoughItIsFull) {
  Loop loop;
  Mailbox mailbox(loop, 2);
  std::vector<int> done;
  EXPECT_TRUE(mailbox.post([&] { done.push_back(1); }));
  EXPECT_TRUE(mailbox.post([&] { done.push_back(2); }));
  EXPECT_FALSE(mailbox.post([&] { done.push_back(0); }));
  EXPECT_TRUE(mailbox.post_always([&] { done.push_back(3); }));
  EXPECT_TRUE(mailbox.post_always([&] { mailbox.close(); }));
  EXPECT_FALSE(mailbox.post([&] { done.push_back(0); }));
  loop.run();
  EXPECT_EQ(done, (std::vector<int>{1, 2, 3}));
  EXPECT_FALSE(mailbox.post_always([&] { done.push_back(0); }));
}

TEST(Mailbox, RunsWhatItTookWhenItIsDestroyed) {
  Loop loop;
  int done = 0;
  {
    Mailbox mailbox(loop);
    EXPECT_TRUE(mailbox.post([&] { ++done; }));
  }
  EXPECT_EQ(done, 1);
}

// Whoever was told that a task was taken may wait for it, also when the mailbox closes that moment.
TEST(Mailbox, RunsAllThatItTookAndNothingElseWhileItCloses) {
  for (int round = 0; round < 50; ++round) {
    Loop loop;
    Mailbox mailbox(loop, 64);
    constexpr int kThreads = 4;
    std::atomic<int> taken = 0, refused = 0;
    int done = 0;  // the owner's
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 500; ++i) ++(mailbox.post([&] { ++done; }) ? taken : refused);
      });
    }
    threads.emplace_back([&] { EXPECT_TRUE(mailbox.post_always([&] { mailbox.close(); })); });
    loop.run();
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(done, taken);
    EXPECT_EQ(taken + refused, kThreads * 500);
  }
}

}  // namespace
}  // namespace kaskado::loop
