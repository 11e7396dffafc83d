#include "loop/loop.hpp"

#include <gtest/gtest.h>

#include "loop/interfaces.hpp"

namespace kaskado::loop {
namespace {

using namespace std::chrono_literals;

TEST(Timer, FiresOnceAndNotBeforeItsTime) {
  Loop loop;
  int fired = 0;
  base::Instant at{};
  Timer timer(loop, [&] {
    ++fired;
    at = monotonic_now();
  });
  const base::Instant when = monotonic_now() + 5ms;
  timer.arm(when);
  EXPECT_EQ(timer.armed_for(), when);
  loop.run();
  EXPECT_EQ(fired, 1);
  EXPECT_GE(at, when);
  EXPECT_EQ(timer.armed_for(), base::kNever);
}

TEST(Timer, ArmingAgainReplacesAndNeverDisarms) {
  Loop loop;
  int fired = 0;
  Timer timer(loop, [&] { ++fired; });
  timer.arm(monotonic_now() + 1h);
  timer.arm(monotonic_now());
  loop.run();
  timer.arm(monotonic_now());
  timer.arm(base::kNever);
  loop.run();
  EXPECT_EQ(fired, 1);
}

TEST(Loop, RunsItsHookAfterEachRound) {
  Loop loop;
  int rounds = 0;
  loop.after_each_round([&] { ++rounds; });
  Timer timer(loop, [] {});
  timer.arm(monotonic_now());
  loop.run();
  EXPECT_GE(rounds, 1);
}

TEST(Interfaces, HaveALoopback) {
  bool loopback = false;
  for (const auto& address : interface_addresses()) loopback |= address.address.is_loopback();
  EXPECT_TRUE(loopback);
}

}  // namespace
}  // namespace kaskado::loop
