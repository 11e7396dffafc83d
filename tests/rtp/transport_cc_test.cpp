#include "rtp/transport_cc.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using test::hex;
using test::Octets;
using namespace std::chrono_literals;

struct Read {
  std::map<std::uint16_t, base::Duration> received;
  std::vector<std::uint16_t> lost;
  std::size_t messages = 0;
};

Read read_all(base::Bytes bytes) {
  Read read;
  RtcpReader reader(bytes);
  while (auto message = reader.next()) {
    const auto& feedback = std::get<TransportFeedback>(*message);
    TransportFeedbackReader statuses(feedback);
    std::size_t count = 0;
    while (const auto status = statuses.next()) {
      ++count;
      if (status->received) {
        read.received[status->sequence.value] = status->arrival;
      } else {
        read.lost.push_back(status->sequence.value);
      }
    }
    EXPECT_EQ(count, feedback.status_count);
    EXPECT_FALSE(statuses.malformed());
    ++read.messages;
  }
  EXPECT_FALSE(reader.malformed());
  return read;
}

// draft-holmer §3.1: a run of two received, a one-bit vector, a two-bit vector.
TEST(TransportFeedbackReader, ReadsEveryKindOfChunk) {
  const Octets bytes =
      hex("8f cd 00 0a 00 00 00 01 00 00 00 02 ff ff 00 17 00 00 02 07"
          "20 02"  // run: small, 2
          "a0 02"  // one bit: received at 0 and 12 of 14
          "d2 00"  // two bit: small, missing, large, missing …
          "04 08 0c 10 14 ff ff"
          "00 00 00 00 00 00 00 00 00 00 00");
  RtcpReader reader(bytes);
  const auto message = reader.next();
  ASSERT_TRUE(message);
  const auto& feedback = std::get<TransportFeedback>(*message);
  EXPECT_EQ(feedback.base_sequence, 0xffff);
  EXPECT_EQ(feedback.status_count, 23);
  EXPECT_EQ(feedback.reference_time, 2);
  EXPECT_EQ(feedback.feedback_count, 7);
  TransportFeedbackReader statuses(feedback);
  std::map<std::uint16_t, base::Duration> received;
  std::uint16_t expected = 0xffff;
  while (const auto status = statuses.next()) {
    EXPECT_EQ(status->sequence.value, expected++);
    if (status->received) received[status->sequence.value] = status->arrival;
  }
  EXPECT_FALSE(statuses.malformed());
  EXPECT_EQ(expected, 22);
  const std::map<std::uint16_t, base::Duration> wanted{{0xffff, 129ms}, {0, 131ms},  {1, 134ms},
                                                       {13, 138ms},     {15, 143ms}, {17, 142750us}};
  EXPECT_EQ(received, wanted);
}

TEST(TransportFeedbackReader, StopsWhereChunksOrDeltasBreakOff) {
  const auto statuses_of = [](const std::string& text) {
    const Octets bytes = hex(text);
    RtcpReader reader(bytes);
    const auto message = reader.next();
    TransportFeedbackReader statuses(std::get<TransportFeedback>(*message));
    int count = 0;
    while (statuses.next()) ++count;
    return std::pair(count, statuses.malformed());
  };
  const std::string head = "8f cd 00 05 00 00 00 01 00 00 00 02 00 00 ";
  EXPECT_EQ(statuses_of(head + "00 03 00 00 00 00 20 02 00 00"), std::pair(0, true));  // run 2, then run 0
  EXPECT_EQ(statuses_of(head + "00 04 00 00 00 00 20 04 00 00"), std::pair(2, true));  // two deltas only
  EXPECT_EQ(statuses_of(head + "00 01 00 00 00 00 60 01 00 00"), std::pair(0, true));  // the reserved symbol
  EXPECT_EQ(statuses_of(head + "ff ff 00 00 00 00 1f ff 1f ff"), std::pair(0, true));
}

class TransportCc : public ::testing::Test {
 protected:
  Read flush(base::Instant now) {
    RtcpBuilder builder(slot_);
    receiver_.advance(now, builder);
    return read_all(builder.written());
  }
  static base::Duration tick(base::Instant when) {
    return base::Duration{when.time_since_epoch().count() / 250'000 * 250'000};
  }

  std::array<std::uint8_t, 1500> slot_;
  TransportCcReceiver receiver_{Ssrc{1}};
};

TEST_F(TransportCc, ReportsEach100MsAndNotBefore) {
  EXPECT_EQ(receiver_.deadline(), base::kNever);
  receiver_.receive({1}, Ssrc{2}, at(0ms));
  EXPECT_EQ(receiver_.deadline(), at(100ms));
  EXPECT_EQ(flush(at(99ms)).messages, 0u);
  EXPECT_EQ(flush(at(100ms)).messages, 1u);
  EXPECT_EQ(receiver_.deadline(), base::kNever);
  EXPECT_EQ(flush(at(300ms)).messages, 0u);
}

TEST_F(TransportCc, ReportsSoonerWhenManyWait) {
  for (std::uint16_t i = 0; i <= 256; ++i) receiver_.receive({i}, Ssrc{2}, at(i * 10us));
  EXPECT_EQ(receiver_.deadline(), at(2560us));
}

TEST_F(TransportCc, RoundTripsTimesAcrossTheWrapWithLosses) {
  const std::vector<std::pair<std::uint16_t, base::Duration>> arrivals{
      {65533, 0ms}, {65534, 1250us}, {1, 70ms}, {2, 69ms}, {40, 80ms}};
  for (const auto& [sequence, when] : arrivals) receiver_.receive({sequence}, Ssrc{2}, at(when));
  const Read read = flush(at(100ms));
  ASSERT_EQ(read.received.size(), arrivals.size());
  for (const auto& [sequence, when] : arrivals)
    EXPECT_EQ(read.received.at(sequence), tick(at(when))) << sequence;
  EXPECT_EQ(read.lost.size(), 44u - arrivals.size());
}

TEST_F(TransportCc, SaysLostForAHoleBetweenTwoReports) {
  receiver_.receive({10}, Ssrc{2}, at(0ms));
  flush(at(100ms));
  receiver_.receive({13}, Ssrc{2}, at(110ms));
  const Read read = flush(at(210ms));
  EXPECT_EQ(read.lost, (std::vector<std::uint16_t>{11, 12}));
}

TEST_F(TransportCc, TakesBackALossWhenThePacketComesLate) {
  receiver_.receive({10}, Ssrc{2}, at(0ms));
  receiver_.receive({12}, Ssrc{2}, at(1ms));
  EXPECT_EQ(flush(at(100ms)).lost, (std::vector<std::uint16_t>{11}));
  receiver_.receive({11}, Ssrc{2}, at(120ms));
  const Read read = flush(at(220ms));
  EXPECT_TRUE(read.lost.empty());
  EXPECT_EQ(read.received.at(11), tick(at(120ms)));
}

TEST_F(TransportCc, SplitsWhereAStepInTimeDoesNotFit) {
  receiver_.receive({1}, Ssrc{2}, at(0ms));
  receiver_.receive({2}, Ssrc{2}, at(20s));  // more than 8.19 s
  const Read read = flush(at(21s));
  EXPECT_EQ(read.messages, 2u);
  EXPECT_EQ(read.received.at(2), tick(at(20s)));
}

TEST_F(TransportCc, SkipsAHoleLongerThanItsWindow) {
  receiver_.receive({1}, Ssrc{2}, at(0ms));
  receiver_.receive({20000}, Ssrc{2}, at(1ms));
  const Read read = flush(at(100ms));
  EXPECT_EQ(read.received.count(20000), 1u);
  EXPECT_LT(read.lost.size(), 600u);
  EXPECT_EQ(receiver_.deadline(), base::kNever);
}

// It said nothing, and stayed due for ever, where the hole was longer than a slot holds statuses.
TEST_F(TransportCc, SaysSomethingAfterAHoleOfAnyLengthInASlotOfAnySize) {
  base::Duration now = 0ms;
  std::uint16_t sequence = 0;
  for (const std::size_t slot_bytes : {200u, 300u, 700u, 1172u, 1500u}) {
    for (std::uint16_t hole = 1; hole < 2200; ++hole) {
      sequence = static_cast<std::uint16_t>(sequence + hole);
      receiver_.receive({sequence}, Ssrc{2}, at(now));
      now += 100ms;
      RtcpBuilder builder(base::MutableBytes(slot_).first(slot_bytes));
      receiver_.advance(at(now), builder);
      ASSERT_TRUE(read_all(builder.written()).received.contains(sequence)) << hole << ", " << slot_bytes;
      ASSERT_EQ(receiver_.deadline(), base::kNever);
    }
  }
}

TEST_F(TransportCc, GoesOnInTheNextSlotWhereOneIsFull) {
  base::SeededRandom random(5);
  for (std::uint16_t i = 0; i < 2000; ++i) receiver_.receive({i}, Ssrc{2}, at(random.below(200) * 1ms));
  std::map<std::uint16_t, base::Duration> all;
  for (int slot = 0; slot < 40 && receiver_.deadline() != base::kNever; ++slot)
    all.merge(flush(at(300ms)).received);
  EXPECT_EQ(all.size(), 2000u);
}

TEST_F(TransportCc, RoundTripsAnyLossAndReordering) {
  base::SeededRandom random(21);
  std::map<std::uint16_t, base::Duration> sent;
  std::map<std::uint16_t, base::Duration> reported;
  base::Duration now = 0ms;
  std::uint16_t sequence = 65000;
  for (int i = 0; i < 5000; ++i) {
    now += random.below(3) * 400us;
    ++sequence;
    if (random.below(10) == 0) sequence = static_cast<std::uint16_t>(sequence + random.below(30));
    const auto jittered = static_cast<std::uint16_t>(sequence - random.below(5));
    if (!sent.contains(jittered)) sent[jittered] = tick(at(now));
    receiver_.receive({jittered}, Ssrc{2}, at(now));
    for (int slot = 0; slot < 10 && receiver_.deadline() <= at(now); ++slot)
      for (const auto& [number, when] : flush(at(now)).received) reported[number] = when;
  }
  for (const auto& [number, when] : flush(at(now + 1s)).received) reported[number] = when;
  EXPECT_EQ(reported.size(), sent.size());
  EXPECT_EQ(reported, sent);
}

}  // namespace
}  // namespace kaskado::rtp
