#include "loop/processors.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <thread>

namespace kaskado::loop {
namespace {

TEST(UsableProcessors, AreThereAndInOrder) {
  const std::vector<int> processors = usable_processors();
  EXPECT_FALSE(processors.empty());
  EXPECT_TRUE(std::ranges::is_sorted(processors));
  EXPECT_EQ(std::ranges::adjacent_find(processors), processors.end());
}

// A server under taskset had put its shards onto processors that it had not been given.
TEST(UsableProcessors, AreNoOthersThanTheOperatorHasGiven) {
  for (const int processor : usable_processors()) {
    std::vector<int> left;
    std::thread([&] {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(static_cast<unsigned>(processor), &one);
      ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
      left = usable_processors();
    }).join();
    EXPECT_EQ(left, std::vector<int>{processor});
  }
}

}  // namespace
}  // namespace kaskado::loop
