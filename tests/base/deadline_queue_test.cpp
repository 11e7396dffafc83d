#include "base/deadline_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/random.hpp"

namespace kaskado::base {
namespace {

using namespace std::chrono_literals;

TEST(DeadlineQueue, TakesInOrderAndOnlyWhatIsDue) {
  DeadlineQueue queue;
  queue.set(3, Instant(30ms));
  queue.set(1, Instant(10ms));
  queue.set(2, Instant(20ms));
  queue.set(1, Instant(25ms));
  queue.set(3, kNever);
  EXPECT_EQ(queue.next(), Instant(20ms));
  EXPECT_EQ(queue.take_due(Instant(19ms)), std::nullopt);
  EXPECT_EQ(queue.take_due(Instant(30ms)), 2u);
  EXPECT_EQ(queue.take_due(Instant(30ms)), 1u);
  EXPECT_EQ(queue.take_due(Instant(30ms)), std::nullopt);
  EXPECT_EQ(queue.next(), kNever);
}

TEST(DeadlineQueue, AgreesWithAPlainMap) {
  SeededRandom random(5);
  DeadlineQueue queue;
  std::map<std::uint32_t, Instant> plain;
  for (int step = 0; step < 20000; ++step) {
    const std::uint32_t id = random.below(50);
    if (random.below(4) == 0) {
      queue.set(id, kNever);
      plain.erase(id);
    } else {
      const Instant when(Duration(random.below(1000)));
      queue.set(id, when);
      plain[id] = when;
    }
    Instant least = kNever;
    for (const auto& [_, when] : plain) least = std::min(least, when);
    ASSERT_EQ(queue.next(), least);
    if (random.below(3) == 0 && !plain.empty()) {
      const auto taken = queue.take_due(least);
      ASSERT_TRUE(taken);
      ASSERT_EQ(plain.at(*taken), least);
      plain.erase(*taken);
    }
    ASSERT_EQ(queue.size(), plain.size());
  }
}

}  // namespace
}  // namespace kaskado::base
