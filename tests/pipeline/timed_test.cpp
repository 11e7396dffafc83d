// Things that wait for their time, and those among them that go or come while it is another's.
#include "pipeline/timed.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

namespace kaskado::pipeline::test {
namespace {

using namespace std::chrono_literals;

base::Instant at(base::Duration since_start) {
  return base::Instant{1000s} + since_start;
}

class Clockwork final : public Timed {
 public:
  Clockwork(TimedTable& table, base::Instant first) : Timed(table), next(first) { reschedule(); }

  base::Instant deadline() const override { return next; }
  void advance(base::Instant now) override {
    turns.push_back(now);
    next = base::kNever;
    const auto work_now = work;  // may be the end of this
    if (work_now) work_now(now);
  }
  using Timed::reschedule;

  base::Instant next;
  std::vector<base::Instant> turns;
  std::function<void(base::Instant now)> work;
};

TEST(Timed, EachGetsItsTurnWhenItsTimeHasCome) {
  TimedTable table;
  Clockwork late(table, at(20ms)), early(table, at(10ms)), never(table, base::kNever);
  EXPECT_EQ(table.deadline(), at(10ms));
  table.advance(at(9ms));
  EXPECT_TRUE(early.turns.empty());
  table.advance(at(10ms));
  EXPECT_EQ(early.turns, (std::vector{at(10ms)}));
  EXPECT_TRUE(late.turns.empty());
  EXPECT_EQ(table.deadline(), at(20ms));
  table.advance(at(50ms));
  EXPECT_EQ(late.turns, (std::vector{at(50ms)}));
  EXPECT_TRUE(never.turns.empty());
  EXPECT_EQ(table.deadline(), base::kNever);
}

TEST(Timed, OneThatIsDueAgainAtOnceLeavesTheOthersTheirTurn) {
  TimedTable table;
  Clockwork greedy(table, at(0ms)), other(table, at(0ms));
  greedy.work = [&](base::Instant) { greedy.next = at(0ms); };
  table.advance(at(1ms));
  EXPECT_EQ(greedy.turns.size(), 1u);
  EXPECT_EQ(other.turns.size(), 1u);
  EXPECT_EQ(table.deadline(), at(2ms));
}

TEST(Timed, WhatHasGoneIsNotAskedAnyMore) {
  TimedTable table;
  auto gone = std::make_unique<Clockwork>(table, at(10ms));
  gone.reset();
  EXPECT_EQ(table.deadline(), base::kNever);
  table.advance(at(10ms));
}

TEST(Timed, OneMayGoWithinItsOwnTurnAndAnothersToo) {
  TimedTable table;
  auto own = std::make_unique<Clockwork>(table, at(10ms));
  own->work = [&](base::Instant) { own.reset(); };
  auto others = std::make_unique<Clockwork>(table, at(11ms));
  Clockwork ends(table, at(10ms));
  ends.work = [&](base::Instant) { others.reset(); };
  table.advance(at(20ms));
  EXPECT_EQ(own, nullptr);
  EXPECT_EQ(others, nullptr);
  EXPECT_EQ(ends.turns.size(), 1u);
  EXPECT_EQ(table.deadline(), base::kNever);
}

// Its place in the table is the one of that which has just gone.
TEST(Timed, WhatIsMadeInPlaceOfAnotherHasItsOwnTime) {
  TimedTable table;
  std::unique_ptr<Clockwork> next;
  auto first = std::make_unique<Clockwork>(table, at(10ms));
  first->work = [&](base::Instant) {
    first.reset();
    next = std::make_unique<Clockwork>(table, at(30ms));
  };
  table.advance(at(10ms));
  ASSERT_TRUE(next);
  EXPECT_TRUE(next->turns.empty());
  EXPECT_EQ(table.deadline(), at(30ms));
  table.advance(at(30ms));
  EXPECT_EQ(next->turns.size(), 1u);
}

TEST(Timed, ADeadlineMayBeChangedFromOutside) {
  TimedTable table;
  Clockwork one(table, at(10ms));
  one.next = at(5ms);
  one.reschedule();
  EXPECT_EQ(table.deadline(), at(5ms));
  one.next = base::kNever;
  one.reschedule();
  table.advance(at(10ms));
  EXPECT_TRUE(one.turns.empty());
}

}  // namespace
}  // namespace kaskado::pipeline::test
