#include "stream_check.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace kaskado::bench {
namespace {

constexpr rtp::Ssrc kSsrc{7};
constexpr std::uint32_t kPublisher = 3;

class StreamCheckTest : public testing::Test {
 protected:
  std::optional<std::uint64_t> note(std::uint32_t sequence) {
    return check.note(kSsrc, {static_cast<std::uint16_t>(sequence)});
  }
  void note_all(std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t sequence = from; sequence < to; ++sequence) note(sequence);
  }
  // The packet `sequence` arrives and turns out to be the publisher's `number`.
  void sample(std::uint32_t sequence, std::uint32_t number, std::uint32_t publisher = kPublisher) {
    check.note_payload(*note(sequence), PayloadMark{publisher, number, {}});
  }
  const StreamCounters& counted() const { return check.counters(); }
  // All that must not be, but missing packets.
  std::uint64_t faults() const {
    const StreamCounters& all = counted();
    return all.duplicates + all.reordered + all.out_of_window + all.foreign + all.undecryptable +
           all.changed + all.misnumbered;
  }

  StreamCheck check{kPublisher};
};

TEST_F(StreamCheckTest, AStreamThatWrapsIsWhole) {
  note_all(65'000, 65'536 + 65'536 + 500);
  EXPECT_EQ(counted().packets, 66'572u);
  EXPECT_EQ(check.holes(), 0u);
  EXPECT_EQ(faults(), 0u);
}

TEST_F(StreamCheckTest, AMissingPacketIsAHole) {
  note_all(10, 20);
  note_all(22, 30);
  EXPECT_EQ(check.holes(), 2u);
  EXPECT_EQ(counted().packets, 18u);
  EXPECT_EQ(faults(), 0u);
}

TEST_F(StreamCheckTest, ADuplicateIsNoPacket) {
  note_all(10, 20);
  EXPECT_FALSE(note(19));
  EXPECT_FALSE(note(12));
  EXPECT_EQ(counted().duplicates, 2u);
  EXPECT_EQ(counted().packets, 10u);
}

TEST_F(StreamCheckTest, ALatePacketFillsItsHoleAndIsCounted) {
  note_all(10, 20);
  note(21);
  EXPECT_TRUE(note(20));
  EXPECT_FALSE(note(20));
  EXPECT_EQ(check.holes(), 0u);
  EXPECT_EQ(counted().reordered, 1u);
  EXPECT_EQ(counted().duplicates, 1u);
}

TEST_F(StreamCheckTest, OneThatCameBeforeTheFirstBelongsToTheStream) {
  note(10);
  EXPECT_TRUE(note(8));
  EXPECT_EQ(check.holes(), 1u);
  EXPECT_EQ(counted().reordered, 1u);
}

TEST_F(StreamCheckTest, OfWhatIsFarBehindNobodyKnows) {
  note_all(10, 20);
  note(3000);
  EXPECT_FALSE(note(15));
  EXPECT_EQ(counted().out_of_window, 1u);
}

TEST_F(StreamCheckTest, AfterALongHoleNothingLooksSeen) {
  note_all(0, 1024);
  note(3000);
  EXPECT_TRUE(note(2500));
  EXPECT_EQ(counted().duplicates, 0u);
  note(3500);
  EXPECT_TRUE(note(3499));
  EXPECT_EQ(counted().duplicates, 0u);
}

TEST_F(StreamCheckTest, AnotherSsrcIsForeign) {
  note(10);
  EXPECT_FALSE(check.note({8}, {11}));
  EXPECT_EQ(counted().foreign, 1u);
  EXPECT_EQ(counted().packets, 1u);
}

TEST_F(StreamCheckTest, SequenceNumbersMustFollowThePublishersNumbers) {
  sample(500, 0);
  sample(501, 1);
  sample(503, 3);
  EXPECT_EQ(counted().misnumbered, 0u);
  sample(504, 5);  // closed over what was lost before: no hole shows it
  EXPECT_EQ(counted().misnumbered, 1u);
  EXPECT_EQ(counted().sampled, 4u);
}

TEST_F(StreamCheckTest, APacketOfAnotherPublisherIsMisnumbered) {
  sample(500, 0);
  sample(501, 1, kPublisher + 1);
  EXPECT_EQ(counted().misnumbered, 1u);
}

TEST_F(StreamCheckTest, AChangedPayloadIsCounted) {
  check.note_payload(*note(500), std::nullopt);
  check.note_undecryptable();
  EXPECT_EQ(counted().changed, 1u);
  EXPECT_EQ(counted().undecryptable, 1u);
  EXPECT_EQ(faults(), 2u);
}

TEST(PayloadTest, TellsWhatItWasWrittenWith) {
  std::vector<std::uint8_t> payload(1188);
  write_vp8_payload(payload, {.picture_id = 5, .starts_frame = true, .key_frame = true}, {9, 70'000, {1234}});
  EXPECT_EQ(payload[0], 0x90);
  EXPECT_EQ(payload[4] & 1, 0);
  const auto mark = read_payload(payload);
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->publisher, 9u);
  EXPECT_EQ(mark->number, 70'000u);
  EXPECT_EQ(mark->sent.unix_ns, 1234);
}

TEST(PayloadTest, EveryChangedByteBehindTheMarkIsSeen) {
  std::vector<std::uint8_t> payload(88);
  write_audio_payload(payload, {9, 1, {1234}});
  ASSERT_TRUE(read_payload(payload));
  for (std::size_t i = kMinPayloadBytes; i < payload.size(); ++i) {
    payload[i] ^= 1;
    EXPECT_FALSE(read_payload(payload)) << i;
    payload[i] ^= 1;
  }
  payload.resize(kMinPayloadBytes - 1);
  EXPECT_FALSE(read_payload(payload));
}

}  // namespace
}  // namespace kaskado::bench
