#include "base/spsc_ring.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace kaskado::base {
namespace {

TEST(SpscRing, HoldsAsManyAsItSays) {
  SpscRing<int> ring(3);
  EXPECT_EQ(ring.capacity(), 4u);
  EXPECT_EQ(ring.front(), nullptr);
  for (int i = 0; i < 4; ++i) {
    *ring.back() = i;
    ring.push();
  }
  EXPECT_EQ(ring.back(), nullptr);
  EXPECT_EQ(*ring.front(), 0);
  ring.pop();
  ASSERT_NE(ring.back(), nullptr);
}

TEST(SpscRing, WhatIsNotPushedIsNotSeen) {
  SpscRing<int> ring(2);
  *ring.back() = 7;
  EXPECT_EQ(ring.front(), nullptr);
  ring.push();
  EXPECT_EQ(*ring.front(), 7);
}

// Every item once, in order and whole, however the two interleave.
TEST(SpscRing, GoesFromOneThreadToAnother) {
  struct Item {
    std::uint64_t first = 0, last = 0;
  };
  constexpr std::uint64_t kItems = 200'000;
  SpscRing<Item> ring(16);
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= kItems;) {
      Item* const item = ring.back();
      if (!item) {
        std::this_thread::yield();
        continue;
      }
      *item = {i, i};
      ring.push();
      ++i;
    }
  });
  std::uint64_t wrong = 0;
  for (std::uint64_t next = 1; next <= kItems;) {
    const Item* const item = ring.front();
    if (!item) {
      std::this_thread::yield();
      continue;
    }
    wrong += item->first != next || item->last != next;
    ring.pop();
    ++next;
  }
  writer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(ring.front(), nullptr);
}

}  // namespace
}  // namespace kaskado::base
