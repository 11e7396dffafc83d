#include "base/strand.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/manual_executor.hpp"

namespace kaskado::base {
namespace {

struct StrandTest : ::testing::Test {
  std::shared_ptr<test::ManualExecutor> executor = std::make_shared<test::ManualExecutor>();
  std::vector<int> done;
};

TEST_F(StrandTest, RunsItsJobsInOrderAndTakesTurnsWithOthers) {
  const auto a = Strand::create(executor), b = Strand::create(executor);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(a->post([this, i] { done.push_back(i); }));
  for (int i = 10; i < 12; ++i) EXPECT_TRUE(b->post([this, i] { done.push_back(i); }));
  EXPECT_EQ(executor->waiting(), 2u) << "a strand waits once, however many jobs it has";
  EXPECT_EQ(executor->run_all(), 5u);
  EXPECT_EQ(done, (std::vector<int>{0, 10, 1, 11, 2}));
}

TEST_F(StrandTest, SaysWhenItIsFull) {
  const auto strand = Strand::create(executor, 2);
  EXPECT_TRUE(strand->post([this] { done.push_back(1); }));
  EXPECT_TRUE(strand->post([this] { done.push_back(2); }));
  EXPECT_FALSE(strand->post([this] { done.push_back(3); }));
  EXPECT_EQ(strand->waiting(), 2u);
  EXPECT_TRUE(executor->run_one());
  EXPECT_TRUE(strand->post([this] { done.push_back(4); }));
  executor->run_all();
  EXPECT_EQ(done, (std::vector<int>{1, 2, 4}));
}

TEST_F(StrandTest, RunsWhatItsOwnJobsPost) {
  const auto strand = Strand::create(executor);
  strand->post([&] {
    EXPECT_TRUE(strand->is_current());
    strand->post([this] { done.push_back(2); });
    done.push_back(1);
  });
  EXPECT_FALSE(strand->is_current());
  executor->run_all();
  EXPECT_EQ(done, (std::vector<int>{1, 2}));
  strand->post([this] { done.push_back(3); });
  executor->run_all();
  EXPECT_EQ(done.back(), 3);
}

struct Owner {
  explicit Owner(std::shared_ptr<Strand> of) : strand(std::move(of)) {}
  ~Owner() { strand->close(); }  // comes back to the strand that lets it go
  std::shared_ptr<Strand> strand;
  int runs = 0;
};

TEST_F(StrandTest, KeepsTheOwnerOfAJobUntilItHasRun) {
  auto owner = std::make_shared<Owner>(Strand::create(executor));
  const std::weak_ptr<Owner> seen = owner;
  owner->strand->post_for(owner, [this](Owner& self) { done.push_back(++self.runs); });
  owner.reset();
  EXPECT_FALSE(seen.expired());
  executor->run_all();
  EXPECT_EQ(done, (std::vector<int>{1}));
  EXPECT_TRUE(seen.expired());
}

TEST_F(StrandTest, LetsOwnersGoWhenItIsClosed) {
  auto owner = std::make_shared<Owner>(Strand::create(executor));
  const std::weak_ptr<Owner> seen = owner;
  const auto strand = owner->strand;
  strand->post_for(std::exchange(owner, nullptr), [this](Owner&) { done.push_back(1); });
  strand->close();
  EXPECT_TRUE(seen.expired());
  EXPECT_FALSE(strand->post([this] { done.push_back(2); }));
  executor->run_all();
  EXPECT_TRUE(done.empty());
}

TEST_F(StrandTest, LetsOwnersGoWhenItsExecutorStops) {
  auto owner = std::make_shared<Owner>(Strand::create(executor));
  const std::weak_ptr<Owner> seen = owner;
  owner->strand->post_for(owner, [this](Owner&) { done.push_back(1); });
  executor->stop();
  EXPECT_FALSE(owner->strand->post_for(owner, [this](Owner&) { done.push_back(2); }));
  owner.reset();
  EXPECT_TRUE(seen.expired());
  EXPECT_TRUE(done.empty());
}

TEST_F(StrandTest, CanBeClosedByItsOwnJob) {
  const auto strand = Strand::create(executor);
  strand->post([&] {
    strand->close();
    done.push_back(1);
  });
  strand->post([this] { done.push_back(2); });
  executor->run_all();
  EXPECT_EQ(done, (std::vector<int>{1}));
}

}  // namespace
}  // namespace kaskado::base
