#include "srtp/receiver.hpp"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include "packets.hpp"
#include "srtp/sender.hpp"

namespace kaskado::srtp {
namespace {

using base::DropReason;

class ReceiverTest : public testing::TestWithParam<Profile> {
 protected:
  ByteVector sealed_rtp(const RtpShape& shape, std::uint64_t rollover = 0, std::size_t payload_bytes = 40) {
    ByteVector packet = rtp_header(shape, random_);
    const std::size_t header_bytes = packet.size();
    packet.resize(header_bytes + payload_bytes + 16);
    const std::size_t length = sender_.seal_rtp(packet, header_bytes, random_bytes(payload_bytes, random_),
                                                rollover << 16 | shape.sequence);
    packet.resize(length);
    return packet;
  }
  ByteVector sealed_rtcp(std::uint32_t ssrc, std::size_t body_words = 6) {
    ByteVector packet = rtcp_packet(ssrc, body_words, random_);
    const std::size_t length = packet.size();
    packet.resize(length + 20);
    packet.resize(sender_.seal_rtcp(packet, length));
    return packet;
  }
  // Copies, since opening works in place.
  OpenResult open_rtp(ByteVector packet) { return receiver_.open_rtp(packet); }
  OpenResult open_rtcp(ByteVector packet) { return receiver_.open_rtcp(packet); }

  base::SeededRandom random_{5};
  MasterKey master_ = random_master(GetParam(), random_);
  SrtpSender sender_{master_};
  SrtpReceiver receiver_{master_};
};

TEST_P(ReceiverTest, RejectsAReplay) {
  const ByteVector first = sealed_rtp({.sequence = 100});
  const ByteVector second = sealed_rtp({.sequence = 101});
  EXPECT_EQ(open_rtp(second).drop, DropReason::none);
  EXPECT_EQ(open_rtp(first).drop, DropReason::none);
  EXPECT_EQ(open_rtp(first).drop, DropReason::srtp_replay);
  EXPECT_EQ(open_rtp(second).drop, DropReason::srtp_replay);
  const ByteVector rtcp = sealed_rtcp(1);
  EXPECT_EQ(open_rtcp(rtcp).drop, DropReason::none);
  EXPECT_EQ(open_rtcp(rtcp).drop, DropReason::srtp_replay);
}

TEST_P(ReceiverTest, RejectsWhatIsOlderThanTheWindow) {
  const ByteVector old = sealed_rtp({.sequence = 40});
  const ByteVector in_window = sealed_rtp({.sequence = 41});
  EXPECT_EQ(open_rtp(sealed_rtp({.sequence = 1000})).drop, DropReason::none);
  EXPECT_EQ(open_rtp(old).drop, DropReason::srtp_replay);
  EXPECT_EQ(open_rtp(in_window).drop, DropReason::none);
}

TEST_P(ReceiverTest, RejectsEveryFlippedBitAndThenTakesTheTruePacket) {
  const ByteVector rtp = sealed_rtp({.sequence = 9, .csrc_count = 1, .extension_words = 1, .extended = true});
  for (std::size_t bit = 0; bit < rtp.size() * 8; ++bit) {
    ByteVector bad = rtp;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    EXPECT_NE(open_rtp(bad).drop, DropReason::none) << bit;
  }
  EXPECT_EQ(receiver_.rtp_source_count(), 0u);
  EXPECT_EQ(open_rtp(rtp).drop, DropReason::none);

  const ByteVector rtcp = sealed_rtcp(2);
  for (std::size_t bit = 0; bit < rtcp.size() * 8; ++bit) {
    ByteVector bad = rtcp;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    EXPECT_NE(open_rtcp(bad).drop, DropReason::none) << bit;
  }
  EXPECT_EQ(receiver_.rtcp_source_count(), 0u);
  EXPECT_EQ(open_rtcp(rtcp).drop, DropReason::none);
}

TEST_P(ReceiverTest, RejectsEveryTruncation) {
  const ByteVector rtp = sealed_rtp({.sequence = 9, .csrc_count = 2, .extension_words = 3, .extended = true});
  for (std::size_t length = 0; length < rtp.size(); ++length) {
    const DropReason drop =
        open_rtp(ByteVector(rtp.begin(), rtp.begin() + static_cast<std::ptrdiff_t>(length))).drop;
    const std::size_t least = 12 + 8 + 16 + traits(GetParam()).rtp_tag_bytes;
    EXPECT_EQ(drop, length < least ? DropReason::bad_srtp : DropReason::srtp_authentication) << length;
  }
  const ByteVector rtcp = sealed_rtcp(2);
  for (std::size_t length = 0; length < rtcp.size(); ++length) {
    const auto drop =
        open_rtcp(ByteVector(rtcp.begin(), rtcp.begin() + static_cast<std::ptrdiff_t>(length))).drop;
    const std::size_t least = 8 + 4 + traits(GetParam()).rtcp_tag_bytes;
    EXPECT_EQ(drop, length < least ? DropReason::bad_srtp : DropReason::srtp_authentication) << length;
  }
}

TEST_P(ReceiverTest, RejectsOtherVersions) {
  ByteVector rtp = sealed_rtp({}), rtcp = sealed_rtcp(1);
  rtp[0] = static_cast<std::uint8_t>(rtp[0] & 0x3f) | 0x40;
  rtcp[0] = static_cast<std::uint8_t>(rtcp[0] & 0x3f) | 0xc0;
  EXPECT_EQ(open_rtp(rtp).drop, DropReason::bad_srtp);
  EXPECT_EQ(open_rtcp(rtcp).drop, DropReason::bad_srtp);
}

// A forged packet far ahead must not move the rollover counter or the window of a known source.
TEST_P(ReceiverTest, AForgedPacketChangesNothing) {
  EXPECT_EQ(open_rtp(sealed_rtp({.sequence = 0xfff0})).drop, DropReason::none);
  for (int i = 0; i < 1000; ++i) {
    ByteVector forged = random_bytes(80, random_);
    forged[0] = 0x80;
    base::store_u32(forged.data() + 8, i % 2 ? RtpShape{}.ssrc : random_.u32());
    EXPECT_NE(open_rtp(forged).drop, DropReason::none);
  }
  EXPECT_EQ(receiver_.rtp_source_count(), 1u);
  EXPECT_EQ(open_rtp(sealed_rtp({.sequence = 0xfff1})).index, 0xfff1u);
  EXPECT_EQ(open_rtp(sealed_rtp({.sequence = 2}, 1)).index, 0x1'0002u);
}

TEST_P(ReceiverTest, ABurstLossOfNearlyHalfTheSequenceSpaceIsSurvived) {
  EXPECT_EQ(open_rtp(sealed_rtp({.sequence = 0xf000})).drop, DropReason::none);
  const OpenResult result = open_rtp(sealed_rtp({.sequence = 0x6fff}, 1));
  EXPECT_EQ(result.drop, DropReason::none);
  EXPECT_EQ(result.index, 0x1'6fffu);
}

TEST_P(ReceiverTest, FollowsManyRollovers) {
  SrtpReceiver receiver(master_);
  for (std::uint64_t index = 0; index < 0x20'0000; index += 0x7000) {
    ByteVector packet = sealed_rtp({.sequence = static_cast<std::uint16_t>(index)}, index >> 16);
    ASSERT_EQ(receiver.open_rtp(packet).index, index);
  }
}

TEST_P(ReceiverTest, SourcesPastTheBoundTakeTurns) {
  SrtpReceiver receiver(master_, 4);
  for (std::uint16_t round = 0; round < 3; ++round)
    for (std::uint32_t ssrc = 0; ssrc < 10; ++ssrc) {
      ByteVector packet = sealed_rtp({.ssrc = ssrc, .sequence = round});
      EXPECT_EQ(receiver.open_rtp(packet).drop, DropReason::none) << ssrc;
    }
  EXPECT_EQ(receiver.rtp_source_count(), 4u);
}

TEST_P(ReceiverTest, RefusesNewSourcesWhenEveryPlaceIsTaken) {
  SrtpReceiver receiver(master_, 1);
  for (std::uint32_t ssrc = 0; ssrc < 17; ++ssrc) {
    ByteVector packet = sealed_rtp({.ssrc = ssrc});
    ASSERT_EQ(receiver.open_rtp(packet).drop, DropReason::none);
    ByteVector rtcp = sealed_rtcp(ssrc);
    ASSERT_EQ(receiver.open_rtcp(rtcp).drop, DropReason::none);
  }
  ByteVector packet = sealed_rtp({.ssrc = 17}), known = sealed_rtp({.ssrc = 3, .sequence = 1});
  ByteVector rtcp = sealed_rtcp(17);
  EXPECT_EQ(receiver.open_rtp(packet).drop, DropReason::srtp_too_many_sources);
  EXPECT_EQ(receiver.open_rtcp(rtcp).drop, DropReason::srtp_too_many_sources);
  EXPECT_EQ(receiver.open_rtp(known).drop, DropReason::none);
}

TEST_P(ReceiverTest, AnotherKeyOpensNothing) {
  SrtpReceiver receiver(random_master(GetParam(), random_));
  ByteVector rtp = sealed_rtp({}), rtcp = sealed_rtcp(1);
  EXPECT_EQ(receiver.open_rtp(rtp).drop, DropReason::srtp_authentication);
  EXPECT_EQ(receiver.open_rtcp(rtcp).drop, DropReason::srtp_authentication);
  EXPECT_EQ(ERR_peek_error(), 0u) << "the thread's error queue is not ours to fill";
}

INSTANTIATE_TEST_SUITE_P(Profiles, ReceiverTest, testing::ValuesIn(kAllProfiles),
                         [](const auto& test) { return std::string(traits(test.param).name); });

}  // namespace
}  // namespace kaskado::srtp
