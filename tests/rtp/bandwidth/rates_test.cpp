// What is made of the signs: rates by delay and by loss, what arrives, and pacing.
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "rtp/bandwidth/acknowledged_rate.hpp"
#include "rtp/bandwidth/held_packets.hpp"
#include "rtp/bandwidth/loss_control.hpp"
#include "rtp/bandwidth/pacer.hpp"
#include "rtp/bandwidth/rate_control.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using namespace std::chrono_literals;

TEST(AcknowledgedRate, IsOfTheLastHalfSecond) {
  AcknowledgedRate rate;
  EXPECT_FALSE(rate.bps());
  base::Duration t = 5s;
  for (; t < 5s + 200ms; t += 10ms) rate.add(1250, t);
  EXPECT_FALSE(rate.bps()) << "too short yet";
  for (; t < 7s; t += 10ms) rate.add(1250, t);
  EXPECT_NEAR(*rate.bps(), 1e6, 7e4);
  for (; t < 8s; t += 10ms) rate.add(125, t);
  EXPECT_NEAR(*rate.bps(), 1e5, 1e4);
}

TEST(RateControl, GrowsByEightPercentASecondUpToHalfMoreThanArrives) {
  RateControl control(1e6);
  for (int i = 0; i <= 10; ++i) control.update({.acknowledged_bps = 0.9e6}, at(i * 100ms));
  EXPECT_NEAR(control.rate_bps(), 1.08e6, 2e3);
  for (int i = 11; i <= 300; ++i) control.update({.acknowledged_bps = 0.9e6}, at(i * 100ms));
  EXPECT_NEAR(control.rate_bps(), 1.36e6, 2e3);
}

TEST(RateControl, TakesWhatArrivesForProven) {
  RateControl control(3e5);
  control.update({.acknowledged_bps = 2e6}, at(0ms));
  EXPECT_EQ(control.rate_bps(), 2e6);
}

TEST(RateControl, FallsBelowWhatArrivesOnceARoundTrip) {
  RateControl control(2e6);
  control.update({.use = NetworkUse::over, .acknowledged_bps = 1.8e6, .rtt = 100ms}, at(0ms));
  EXPECT_NEAR(control.rate_bps(), 0.85 * 1.8e6, 1);
  control.update({.use = NetworkUse::over, .acknowledged_bps = 1.7e6, .rtt = 100ms}, at(50ms));
  EXPECT_NEAR(control.rate_bps(), 0.85 * 1.8e6, 1);
  control.update({.use = NetworkUse::over, .acknowledged_bps = 1.5e6, .rtt = 100ms}, at(150ms));
  EXPECT_NEAR(control.rate_bps(), 0.85 * 1.5e6, 1);
  EXPECT_EQ(control.last_decrease(), at(150ms));
}

TEST(RateControl, HoldsWhileAQueueDrainsAndThenGrowsSlowlyNearWhatItFound) {
  RateControl control(2e6);
  control.update({.use = NetworkUse::over, .acknowledged_bps = 2e6, .rtt = 50ms}, at(0ms));
  for (int i = 1; i <= 10; ++i)
    control.update({.use = NetworkUse::under, .acknowledged_bps = 1.7e6, .rtt = 50ms}, at(i * 100ms));
  EXPECT_NEAR(control.rate_bps(), 1.7e6, 1);
  for (int i = 11; i <= 20; ++i) control.update({.acknowledged_bps = 1.7e6, .rtt = 50ms}, at(i * 100ms));
  EXPECT_GT(control.rate_bps(), 1.73e6);
  EXPECT_LT(control.rate_bps(), 1.80e6) << "8 % would be more";
}

// `seconds` of a rate through `lose`, at a hundred packets a second.
double rate_behind(LossControl& losses, double rate_bps, int seconds, auto lose, base::Instant& now,
                   double queue_ms = 0) {
  base::SeededRandom random(11);
  for (int i = 0; i < seconds * 100; ++i) {
    now += 10ms;
    const double queue = queue_ms * random.unit();
    losses.count({.received = random.unit() >= lose(rate_bps, queue), .measurable = true, .bytes = 1200},
                 std::chrono::microseconds{static_cast<int>(queue * 1000)});
    if (i % 10 == 0) losses.update(rate_bps, now);
    rate_bps = std::min(rate_bps * 1.0008, losses.limit_bps());
  }
  return rate_bps;
}

TEST(LossControl, FallsToWhatALinkWithoutAQueueLetsThrough) {
  LossControl losses;
  base::Instant now = at(0ms);
  const auto policed = [](double rate, double) { return std::max(0.0, 1 - 1e6 / rate); };
  const double rate = rate_behind(losses, 3e6, 30, policed, now);
  EXPECT_GT(rate, 0.75e6);
  EXPECT_LT(rate, 1.35e6);
}

TEST(LossControl, DoesNotChargeWhatIsLostBehindAShortQueueToo) {
  LossControl losses;
  base::Instant now = at(0ms);
  const double rate = rate_behind(
      losses, 1e6, 60, [](double, double) { return 0.1; }, now, 50);
  EXPECT_GT(rate, 1e6);
  EXPECT_NEAR(losses.usual_loss(), 0.1, 0.03);
}

TEST(LossControl, LearnsWithoutAQueueThatFallingDoesNotHelp) {
  LossControl losses;
  base::Instant now = at(0ms);
  const double rate = rate_behind(
      losses, 3e6, 120, [](double, double) { return 0.1; }, now);
  EXPECT_GT(rate, 1e6);
}

TEST(LossControl, ChargesWhatAFullQueueLoses) {
  LossControl losses;
  base::Instant now = at(0ms);
  rate_behind(
      losses, 2e6, 30, [](double rate, double queue) { return rate > 1e6 && queue > 40 ? 0.6 : 0.0; }, now,
      50);
  EXPECT_LT(losses.limit_bps(), 1.2e6);
}

TEST(LossControl, TakesBackWhatCameAfterAll) {
  LossControl losses;
  base::Instant now = at(0ms);
  losses.update(1e6, now);
  for (int i = 0; i < 100; ++i) losses.count({.received = i % 2 == 0}, 0ms);
  for (int i = 0; i < 50; ++i) losses.count({.received = true, .was_lost = true}, 0ms);
  losses.update(1e6, now + 1s);
  EXPECT_EQ(losses.fraction_lost(), 0);
}

TEST(Pacer, LetsAllThroughWithoutARate) {
  Pacer pacer;
  EXPECT_FALSE(pacer.is_pacing());
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(pacer.may_send(at(0ms)));
    pacer.set_rate(0, at(0ms));
  }
}

TEST(Pacer, SpreadsToItsRate) {
  Pacer pacer;
  pacer.set_rate(960'000, at(0ms));  // a packet of 1200 in 10 ms
  int sent = 0;
  for (int ms = 0; ms < 1000; ++ms) {
    while (pacer.may_send(at(ms * 1ms))) {
      pacer.sent(1200);
      ++sent;
    }
    EXPECT_GT(pacer.next(), at(ms * 1ms));
  }
  EXPECT_NEAR(sent, 101, 1);
}

TEST(Pacer, HurriesSoThatNothingWaitsLongerThanItsBound) {
  Pacer pacer;
  pacer.set_rate(100'000, at(0ms));
  std::size_t held = 20'000;
  base::Instant now = at(0ms);
  for (; held > 0; now += 1ms) {
    pacer.set_held(held);
    while (held > 0 && pacer.may_send(now)) {
      pacer.sent(1000);
      held -= 1000;
    }
  }
  EXPECT_LT(now - at(0ms), 3 * Pacer::kLongestWait);
}

TEST(HeldPackets, ComeOutAsTheyWentInWhateverTheirLengths) {
  HeldPackets held;
  base::SeededRandom random(5);
  std::uint64_t in = 0, out = 0;
  std::vector<std::size_t> lengths;
  for (int step = 0; step < 20'000; ++step) {
    if (random.below(5) < 3) {
      const test::Octets header(12 + random.below(40), static_cast<std::uint8_t>(in));
      const test::Octets payload(random.below(1400), static_cast<std::uint8_t>(in + 1));
      const HeldPacket packet{in, static_cast<std::uint16_t>(header.size()), 17, {}};
      if (!held.push(packet, header, payload)) continue;
      lengths.push_back(header.size() + payload.size());
      ++in;
    } else if (!held.empty()) {
      const HeldPacket packet = held.front();
      ASSERT_EQ(packet.index, out);
      ASSERT_EQ(packet.bytes.size(), lengths[out]);
      EXPECT_EQ(packet.bytes[0], static_cast<std::uint8_t>(out));
      const bool empty = packet.bytes.size() == packet.header_bytes;
      EXPECT_EQ(packet.bytes.back(), static_cast<std::uint8_t>(empty ? out : out + 1));
      held.drop();
      ++out;
    }
  }
  EXPECT_GT(out, 5'000u);
  while (!held.empty()) held.drop();
  EXPECT_EQ(held.bytes(), 0u);
}

TEST(HeldPackets, AreBounded) {
  HeldPackets held;
  const test::Octets header(12), payload(1188);
  std::size_t count = 0;
  while (held.push({}, header, payload)) ++count;
  EXPECT_EQ(count, HeldPackets::kBytes / 1200);
  held.clear();
  count = 0;
  while (held.push({}, header, {})) ++count;
  EXPECT_EQ(count, HeldPackets::kPackets);
}

}  // namespace
}  // namespace kaskado::rtp
