#include "control/task_inbox.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <string>
#include <thread>

namespace kaskado::control {
namespace {

using Task = TaskInbox::Task;

// How often the owner is woken, where it does not take what wakes it.
std::uint64_t wakes(const TaskInbox& inbox) {
  eventfd_t count = 0;
  return eventfd_read(inbox.descriptor(), &count) == 0 ? count : 0;
}

class InboxOfThree : public testing::Test {
 protected:
  Task task(char name) {
    return [this, name] { ran += name; };
  }
  std::string run() {
    ran.clear();
    for (const Task& task : inbox.take()) task();
    return ran;
  }

  TaskInbox inbox{3};
  std::string ran;
};

TEST_F(InboxOfThree, WakesItsOwnerOnceForAllUntilTheyAreTaken) {
  EXPECT_EQ(wakes(inbox), 0u);
  EXPECT_TRUE(inbox.post({task('a')}));
  EXPECT_TRUE(inbox.post({task('b'), task('c')}));
  EXPECT_EQ(wakes(inbox), 1u);
  EXPECT_EQ(run(), "abc");
  EXPECT_EQ(run(), "");
  EXPECT_TRUE(inbox.post({task('d')}));
  EXPECT_EQ(wakes(inbox), 1u);
  EXPECT_EQ(run(), "d");
}

TEST_F(InboxOfThree, TakesAllOfAPostOrNoneWhereItIsTooMany) {
  EXPECT_TRUE(inbox.post({task('a'), task('b')}));
  EXPECT_FALSE(inbox.post({task('c'), task('d')}));
  EXPECT_TRUE(inbox.post({task('e')}));
  EXPECT_FALSE(inbox.post({task('f')}));
  EXPECT_TRUE(inbox.post_last(task('g'))) << "or a full server could not be stopped";
  EXPECT_EQ(run(), "abeg");
  EXPECT_TRUE(inbox.post({task('h')}));
}

TEST_F(InboxOfThree, TakesNothingMoreOnceItIsClosed) {
  EXPECT_TRUE(inbox.post({task('a')}));
  inbox.close();
  EXPECT_FALSE(inbox.post({task('b')}));
  EXPECT_FALSE(inbox.post_last(task('c')));
  EXPECT_EQ(run(), "a") << "what was in stays";
}

// Nothing is lost where a post and a take meet, and every thread's tasks keep their order.
TEST(TaskInbox, RunsWhatManyThreadsPost) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 20'000;
  TaskInbox inbox(kThreads * kPosts);
  std::vector<std::vector<int>> ran(kThreads);
  std::vector<std::thread> posters;
  for (std::size_t poster = 0; poster < kThreads; ++poster) {
    posters.emplace_back([&inbox, &got = ran[poster]] {
      for (int i = 0; i < kPosts; ++i) inbox.post({[&got, i] { got.push_back(i); }});
    });
  }
  pollfd readable{inbox.descriptor(), POLLIN, 0};
  for (int left = kThreads * kPosts; left > 0;) {
    constexpr int kPatienceMs = 20'000;
    ASSERT_EQ(poll(&readable, 1, kPatienceMs), 1) << left << " tasks were posted without a wake-up";
    wakes(inbox);
    for (const Task& task : inbox.take()) {
      task();
      --left;
    }
  }
  for (std::thread& poster : posters) poster.join();
  for (const std::vector<int>& got : ran) {
    ASSERT_EQ(got.size(), static_cast<std::size_t>(kPosts));
    for (int i = 0; i < kPosts; ++i) ASSERT_EQ(got[static_cast<std::size_t>(i)], i);
  }
}

}  // namespace
}  // namespace kaskado::control
