#include "rtp/bandwidth/prober.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using namespace std::chrono_literals;

// A cluster sent as asked, in packets of 1000 bytes, over a link of `link_bps`.
class ProberTest : public testing::Test {
 protected:
  void send(double rate_bps) {
    prober.begin(rate_bps, sent.next(), now);
    for (int i = 0; i < 200 && prober.sending(); ++i, now += 1ms) {
      for (std::size_t due = prober.due_bytes(sent.sent_bytes(), sent.next(), now); due > 0;) {
        sent_at.push_back(now);
        sent.add(SentStream::repair, sent_at.size(), 1000, now);
        due -= std::min<std::size_t>(due, 1000);
      }
    }
  }
  void deliver(double link_bps) {
    base::Duration free{};
    for (std::size_t i = 0; i < sent_at.size(); ++i) {
      free = std::max(free, sent_at[i] - at(0ms)) +
             base::Duration{static_cast<std::int64_t>(8000 / link_bps * 1e9)};
      const auto settled = sent.settle({static_cast<std::uint16_t>(i)}, true);
      prober.note(*settled, 1000s + free);
    }
  }

  Prober prober;
  SentPackets sent{0};
  base::Instant now = at(0ms);
  std::vector<base::Instant> sent_at;
};

TEST_F(ProberTest, SendsTheRateForAWhileAndThenStops) {
  send(4e6);
  EXPECT_FALSE(prober.sending());
  EXPECT_GE(now - at(0ms), 15ms);
  EXPECT_LT(now - at(0ms), 22ms);
  EXPECT_NEAR(static_cast<double>(sent_at.size()), 4e6 / 8000 * 0.017, 2);
  EXPECT_EQ(prober.deadline(), base::kNever);
}

TEST_F(ProberTest, SendsFivePacketsAtLeast) {
  send(1e5);
  EXPECT_GE(sent_at.size(), 5u);
  EXPECT_LE(sent_at.size(), 6u);
}

TEST_F(ProberTest, ShowsWhatItAskedForWhereThatFits) {
  send(4e6);
  EXPECT_FALSE(prober.take_outcome()) << "no feedback yet";
  deliver(20e6);
  const auto outcome = prober.take_outcome();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->asked_bps, 4e6);
  EXPECT_NEAR(outcome->rate_bps, 4e6, 0.8e6);
  EXPECT_FALSE(prober.take_outcome()) << "it is told once";
}

TEST_F(ProberTest, ShowsTheLinksRateWhereThatIsLess) {
  send(4e6);
  deliver(2e6);
  const auto outcome = prober.take_outcome();
  ASSERT_TRUE(outcome);
  EXPECT_NEAR(outcome->rate_bps, 0.95 * 2e6, 0.15e6);
}

TEST_F(ProberTest, ShowsNothingWhereMuchIsLost) {
  send(4e6);
  for (std::size_t i = 0; i < sent_at.size(); ++i) {
    const auto settled = sent.settle({static_cast<std::uint16_t>(i)}, i % 2 == 0);
    prober.note(*settled, i * 1ms);
  }
  const auto outcome = prober.take_outcome();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->rate_bps, 0);
}

TEST_F(ProberTest, CountsTheMediaThatGoesMeanwhile) {
  prober.begin(4e6, sent.next(), now);
  EXPECT_GT(prober.due_bytes(sent.sent_bytes(), sent.next(), now), 0u);
  for (int i = 0; i < 12; ++i) sent.add(SentStream::video, i, 1500, now);
  now += 3ms;
  EXPECT_EQ(prober.due_bytes(sent.sent_bytes(), sent.next(), now), 0u);
}

}  // namespace
}  // namespace kaskado::rtp
