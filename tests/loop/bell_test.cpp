#include "loop/bell.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace kaskado::loop {
namespace {

TEST(Bell, IsHeardOnceForAllThatRangBefore) {
  Loop loop;
  int heard = 0;
  Bell bell(loop, [&] {
    ++heard;
    bell.close();
  });
  for (int i = 0; i < 3; ++i) bell.ring();
  loop.run();
  EXPECT_EQ(heard, 1);
}

TEST(Bell, IsHeardAfterWhatWasDoneBeforeItRang) {
  constexpr int kLast = 1000;
  Loop loop;
  std::atomic<int> written = 0;
  int seen = 0;
  Bell bell(loop, [&] {
    seen = written.load(std::memory_order_relaxed);
    if (seen == kLast) bell.close();
  });
  std::thread ringer([&] {
    for (int i = 1; i <= kLast; ++i) {
      written.store(i, std::memory_order_relaxed);
      bell.ring();
    }
  });
  loop.run();
  ringer.join();
  EXPECT_EQ(seen, kLast);
}

}  // namespace
}  // namespace kaskado::loop
