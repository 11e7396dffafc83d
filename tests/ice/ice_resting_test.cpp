// Consent of a pair on which nothing but checks goes out (RFC 7675 §5.1, RFC 8445 §11).
#include <gtest/gtest.h>

#include "virtual_network.hpp"

namespace kaskado::ice::test {
namespace {

// The left agent rests; the right one is a peer like any other.
struct Resting : Duo {
  explicit Resting(std::uint64_t seed) : Duo(seed) {
    network.wire = [this](Datagram& datagram) {
      const auto message = StunMessage::parse(datagram.bytes);
      const bool is_ours = datagram.from == address("10.0.0.1", 1000);
      if (is_ours && message.ok() && message->type == StunClass::request) asked.push_back(network.now());
      return !cut;
    };
    EXPECT_TRUE(connect());
    network.run(seconds(10));
    left.agent->set_resting(true, network.now());
    network.run(seconds(7));  // the last question at the usual pace
    asked.clear();
  }

  std::vector<base::Instant> asked;
  bool cut = false;
};

TEST(IceResting, ConsentIsAskedForAboutEveryFifteenSeconds) {
  Resting duo(1);
  duo.left.advances = 0;
  duo.network.run(seconds(3000));
  EXPECT_NEAR(static_cast<double>(duo.asked.size()), 200, 4);
  EXPECT_EQ(duo.left.advances, duo.asked.size()) << "nothing else wakes a resting agent";
  base::Duration shortest = seconds(99), longest{};
  for (std::size_t i = 1; i < duo.asked.size(); ++i) {
    shortest = std::min(shortest, duo.asked[i] - duo.asked[i - 1]);
    longest = std::max(longest, duo.asked[i] - duo.asked[i - 1]);
    EXPECT_EQ(duo.asked[i].time_since_epoch() % milliseconds(100), base::Duration{}) << "in step with others";
  }
  EXPECT_GE(shortest, milliseconds(13'400));
  EXPECT_LT(shortest, milliseconds(13'800)) << "randomised";
  EXPECT_LE(longest, milliseconds(16'600));
  EXPECT_GT(longest, milliseconds(16'200));
}

// As many questions as at the usual pace, so that chance loses consent no more often.
TEST(IceResting, AnUnansweredQuestionIsFollowedQuickly) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Resting duo(seed);
    duo.network.run(seconds(40), [&] { return !duo.asked.empty(); });
    duo.network.run(seconds(1));
    duo.asked.clear();
    const base::Instant cut_at = duo.network.now();
    duo.cut = true;
    ASSERT_TRUE(
        duo.network.run(seconds(60), [&] { return duo.left.agent->state() == IceState::disconnected; }));
    // 30 s after the last answer, which was a second ago but for the way of it.
    EXPECT_NEAR(base::to_seconds(duo.network.now() - cut_at), 29, 0.1) << seed;
    EXPECT_EQ(duo.left.agent->selected_path(), nullptr);
    std::erase_if(duo.asked,
                  [&](base::Instant at) { return at >= duo.network.now(); });  // those of looking again
    ASSERT_GE(duo.asked.size(), 6u) << seed;
    EXPECT_EQ(duo.asked[1] - duo.asked[0], seconds(1));
  }
}

TEST(IceResting, IsNeverToldLaterThanThirtySecondsAfterTheNetworkWent) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Resting duo(seed);
    duo.network.run(seconds(30) + milliseconds(700 * static_cast<int>(seed)));
    const base::Instant cut_at = duo.network.now();
    duo.cut = true;
    ASSERT_TRUE(
        duo.network.run(seconds(60), [&] { return duo.left.agent->state() == IceState::disconnected; }));
    EXPECT_LE(duo.network.now() - cut_at, seconds(30)) << seed;
    EXPECT_GE(duo.network.now() - cut_at, milliseconds(13'400)) << seed;
    duo.cut = false;
    ASSERT_TRUE(duo.network.run(seconds(40), [&] { return duo.both(IceState::ready); })) << seed;
  }
}

TEST(IceResting, SurvivesHeavyLoss) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Resting duo(seed);
    duo.network.loss = 0.2;
    duo.network.run(seconds(60));
    EXPECT_TRUE(duo.left.agent->selected_path()) << seed;
  }
}

TEST(IceResting, OnALongWayQuestionsWaitForTheirAnswers) {
  Duo duo(2);
  duo.network.min_delay = duo.network.max_delay = milliseconds(900);
  ASSERT_TRUE(duo.connect());
  duo.network.run(seconds(20));
  duo.left.agent->set_resting(true, duo.network.now());
  duo.network.run(seconds(20));
  const auto before = duo.left.agent->selected_pair()->counters;
  duo.network.run(seconds(300));
  const auto after = duo.left.agent->selected_pair()->counters;
  EXPECT_NEAR(after.requests_sent - before.requests_sent, 20, 3) << "none is asked twice";
  EXPECT_NEAR(after.responses_received - before.responses_received, 20, 3);
}

// Who begins to send after a long rest sends with a consent that is as fresh as anybody's.
TEST(IceResting, EndsWithAQuestionAtOnce) {
  Resting duo(3);
  duo.network.run(seconds(40), [&] { return !duo.asked.empty(); });
  duo.network.run(seconds(10));
  duo.asked.clear();
  const base::Instant woken_at = duo.network.now();
  duo.left.agent->set_resting(false, woken_at);
  duo.network.run(seconds(100));
  ASSERT_GE(duo.asked.size(), 17u);
  EXPECT_EQ(duo.asked[0], woken_at);
  for (std::size_t i = 1; i < duo.asked.size(); ++i) EXPECT_LE(duo.asked[i] - duo.asked[i - 1], seconds(6));
}

TEST(IceResting, ThatWasShortAsksNotMoreOftenThanWithoutIt) {
  Resting duo(4);
  duo.network.run(seconds(40), [&] { return !duo.asked.empty(); });
  duo.network.run(seconds(1));
  const base::Instant last = duo.asked.back();
  duo.asked.clear();
  for (int i = 0; i < 10; ++i) {
    duo.left.agent->set_resting(i % 2, duo.network.now());
    duo.network.run(milliseconds(200));
  }
  EXPECT_TRUE(duo.asked.empty()) << "the last answer is three seconds old";
  duo.left.agent->set_resting(false, duo.network.now());
  duo.network.run(seconds(10), [&] { return !duo.asked.empty(); });
  EXPECT_GE(duo.asked.at(0) - last, seconds(4));
  EXPECT_LE(duo.asked.at(0) - last, milliseconds(6'050));
}

TEST(IceResting, LastsThroughARestart) {
  Resting duo(5);
  duo.network.run(seconds(3));
  duo.right.credentials = Credentials::generate(duo.network.random());
  duo.left.credentials = Credentials::generate(duo.network.random());
  duo.left.agent->restart(duo.left.credentials, duo.network.now());
  duo.right.agent->restart(duo.right.credentials, duo.network.now());
  duo.network.introduce(duo.left, duo.right);
  ASSERT_TRUE(duo.network.run(seconds(20), [&] { return duo.both(IceState::ready); }));
  duo.network.run(seconds(20));
  duo.asked.clear();
  duo.network.run(seconds(150));
  EXPECT_NEAR(static_cast<double>(duo.asked.size()), 10, 1);
}

}  // namespace
}  // namespace kaskado::ice::test
