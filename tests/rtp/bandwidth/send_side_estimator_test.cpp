#include "rtp/bandwidth/send_side_estimator.hpp"

#include <gtest/gtest.h>

#include <array>

#include "rtp/rtcp_reader.hpp"
#include "rtp/transport_cc.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using namespace std::chrono_literals;

// A sender of a steady rate and its receiver, 20 ms apart each way.
class Estimator : public testing::Test {
 protected:
  // `queue` grows by so much for each packet.
  void run(double rate_bps, base::Duration span, base::Duration queue_growth = 0ms, int lose_every = 0) {
    const auto apart = base::Duration{static_cast<std::int64_t>(8000 / rate_bps * 1e9)};
    for (const base::Instant end = now + span; now < end; now += apart) {
      const SequenceNumber number = sent.add(SentStream::video, index++, 1000, now);
      queue += queue_growth;
      if (lose_every == 0 || index % lose_every != 0) receiver.receive(number, Ssrc{5}, now + 20ms + queue);
      if (receiver.deadline() > now + 20ms + queue) continue;
      report();
    }
  }
  void report() {
    std::array<std::uint8_t, 1200> slot;
    RtcpBuilder builder(slot);
    receiver.advance(now + 20ms + queue, builder);
    RtcpReader reader(builder.written());
    while (const auto message = reader.next())
      estimator.receive(std::get<TransportFeedback>(*message), sent, now + 40ms + queue, lost);
  }

  SendSideEstimator estimator;
  std::vector<SequenceNumber> lost;
  SentPackets sent{0xfff0};
  TransportCcReceiver receiver{Ssrc{1}};
  base::Instant now = at(100s);
  base::Duration queue{};
  std::uint64_t index = 0;
};

TEST_F(Estimator, KnowsNothingBeforeFeedbackAndMuchSoonAfter) {
  EXPECT_FALSE(estimator.knows());
  EXPECT_EQ(estimator.deadline(), base::kNever);
  run(2e6, 200ms);
  EXPECT_FALSE(estimator.knows());
  run(2e6, 1s);
  EXPECT_TRUE(estimator.knows());
  EXPECT_GT(estimator.target_bps(), 1'900'000u) << "what comes through is proven";
  EXPECT_NEAR(static_cast<double>(base::to_ms(estimator.rtt())), 90, 50);
}

TEST_F(Estimator, GoesNoFurtherThanHalfAsMuchAgain) {
  run(1e6, 30s);
  EXPECT_GT(estimator.target_bps(), 1'350'000u);
  EXPECT_LT(estimator.target_bps(), 1'600'000u);
  EXPECT_FALSE(estimator.is_limiting(now));
}

TEST_F(Estimator, FallsWhereAQueueGrows) {
  run(2e6, 3s);
  run(2e6, 1s, 400us);
  EXPECT_LT(estimator.target_bps(), 1'900'000u);
  EXPECT_TRUE(estimator.is_limiting(now));
  EXPECT_GT(estimator.queueing(), 50ms);
}

TEST_F(Estimator, FallsWhereMuchIsLostAndTellsIt) {
  run(2e6, 3s);
  run(2e6, 3s, 0ms, 3);
  EXPECT_NEAR(estimator.fraction_lost(), 0.33, 0.05);
  EXPECT_LT(estimator.target_bps(), 1'700'000u);
}

TEST_F(Estimator, FallsInSilenceWhileSomethingIsUnderWay) {
  run(2e6, 3s);
  const std::uint64_t before = estimator.target_bps();
  for (int i = 0; i < 100; ++i) sent.add(SentStream::video, index++, 1000, now);
  for (int i = 0; i < 30; ++i) estimator.advance(sent, now += 100ms);
  EXPECT_FALSE(estimator.is_fresh(now));
  EXPECT_LT(estimator.target_bps(), before / 2);
  EXPECT_GT(estimator.target_bps(), before / 4);
  run(2e6, 1s);
  EXPECT_GT(estimator.target_bps(), 1'500'000u) << "it was an outage";
}

TEST_F(Estimator, FeedbackThatSpeaksOfNothingThatWasSentChangesNothing) {
  std::array<std::uint8_t, 200> slot;
  RtcpBuilder builder(slot);
  const std::array arrivals{at(5s), at(6s)};
  write_transport_feedback(builder, Ssrc{1}, Ssrc{2}, {77}, arrivals, 0);
  RtcpReader reader(builder.written());
  estimator.receive(std::get<TransportFeedback>(*reader.next()), sent, now, lost);
  EXPECT_FALSE(estimator.is_fresh(now));
  EXPECT_EQ(estimator.target_bps(), static_cast<std::uint64_t>(SendSideEstimator::kStart_bps));
}

TEST_F(Estimator, ProbesForWhatIsWantedAndNoFurther) {
  estimator.may_probe(true);
  estimator.set_wanted_bps(1'000'000);
  run(4e5, 2s);
  EXPECT_TRUE(estimator.prober().waiting());
  estimator = {};
  estimator.may_probe(true);
  estimator.set_wanted_bps(300'000);
  run(4e5, 2s);
  EXPECT_FALSE(estimator.prober().waiting());
}

}  // namespace
}  // namespace kaskado::rtp
