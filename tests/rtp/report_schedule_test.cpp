#include "rtp/report_schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using namespace std::chrono_literals;

// RFC 3550 §6.3.1
TEST(ReportSchedule, DrawsHalfToOneAndAHalfIntervals) {
  base::SeededRandom random(2);
  ReportSchedule schedule(1s);
  base::Duration shortest = 10s, longest = 0s;
  base::Instant now = at(0s);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(schedule.advance(now, random));
    EXPECT_FALSE(schedule.advance(schedule.deadline() - 1ns, random));
    const base::Duration interval = schedule.deadline() - now;
    shortest = std::min(shortest, interval);
    longest = std::max(longest, interval);
    now = schedule.deadline();
  }
  EXPECT_GE(shortest, 500ms);
  EXPECT_LT(shortest, 520ms);
  EXPECT_LT(longest, 1500ms);
  EXPECT_GT(longest, 1480ms);
}

}  // namespace
}  // namespace kaskado::rtp
