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
  ReportSchedule schedule;
  EXPECT_EQ(schedule.deadline(), base::kNever);
  base::Duration shortest = 10s, longest = 0s;
  for (int i = 0; i < 1000; ++i) {
    schedule.draw(at(3s), 1s, random);
    const base::Duration interval = schedule.deadline() - at(3s);
    shortest = std::min(shortest, interval);
    longest = std::max(longest, interval);
  }
  EXPECT_GE(shortest, 500ms);
  EXPECT_LT(shortest, 520ms);
  EXPECT_LT(longest, 1500ms);
  EXPECT_GT(longest, 1480ms);
}

}  // namespace
}  // namespace kaskado::rtp
