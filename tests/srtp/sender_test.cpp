#include "srtp/sender.hpp"

#include <gtest/gtest.h>

#include "packets.hpp"
#include "srtp/receiver.hpp"

namespace kaskado::srtp {
namespace {

class SenderTest : public testing::TestWithParam<Profile> {
 protected:
  base::SeededRandom random_{11};
  MasterKey master_ = random_master(GetParam(), random_);
  SrtpSender sender_{master_};
};

TEST_P(SenderTest, LeavesTheSharedPayloadAndTheHeaderAsTheyAre) {
  const ByteVector header = rtp_header({.sequence = 77}, random_);
  const ByteVector payload = random_bytes(500, random_);
  const ByteVector before = payload;
  ByteVector slot = header;
  slot.resize(1500);
  const std::size_t length = sender_.seal_rtp(slot, header.size(), payload, 77);
  EXPECT_EQ(length, 12 + 500 + traits(GetParam()).rtp_tag_bytes);
  EXPECT_EQ(payload, before);
  EXPECT_EQ(ByteVector(slot.begin(), slot.begin() + 12), header);
  EXPECT_FALSE(std::equal(payload.begin(), payload.end(), slot.begin() + 12));
}

TEST_P(SenderTest, SealingInPlaceGivesTheSamePacket) {
  const ByteVector header = rtp_header({.sequence = 77}, random_);
  const ByteVector payload = random_bytes(500, random_);
  ByteVector apart = header, in_place = joined(header, payload);
  apart.resize(600);
  in_place.resize(600);
  const std::size_t length = sender_.seal_rtp(apart, 12, payload, 77);
  ASSERT_EQ(sender_.seal_rtp(in_place, 12, base::Bytes{in_place}.subspan(12, 500), 77), length);
  apart.resize(length);
  in_place.resize(length);
  EXPECT_EQ(apart, in_place);
}

TEST_P(SenderTest, RefusesWhatDoesNotFit) {
  const ByteVector payload = random_bytes(100, random_);
  const std::size_t exact = 112 + traits(GetParam()).rtp_tag_bytes;
  ByteVector slot = rtp_header({}, random_);
  slot.resize(exact);
  EXPECT_EQ(sender_.seal_rtp(base::MutableBytes{slot}.first(exact - 1), 12, payload, 0), 0u);
  EXPECT_EQ(sender_.seal_rtp(slot, 11, payload, 0), 0u);
  EXPECT_EQ(sender_.seal_rtp(slot, 12, payload, kMaxRtpIndex + 1), 0u);
  EXPECT_EQ(sender_.seal_rtp(slot, 12, payload, 0), exact);

  ByteVector rtcp = rtcp_packet(1, 5, random_);
  const std::size_t length = rtcp.size();
  EXPECT_EQ(sender_.seal_rtcp(rtcp, length), 0u);
  EXPECT_EQ(sender_.seal_rtcp(rtcp, 7), 0u);
  rtcp.resize(length + 4 + traits(GetParam()).rtcp_tag_bytes);
  EXPECT_EQ(sender_.seal_rtcp(rtcp, length), rtcp.size());
}

TEST_P(SenderTest, TheHighestIndexIsUsable) {
  const ByteVector header = rtp_header({.sequence = 0xffff}, random_);
  ByteVector slot = header;
  slot.resize(200);
  const ByteVector payload = random_bytes(20, random_);
  const std::size_t length = sender_.seal_rtp(slot, 12, payload, kMaxRtpIndex);
  ASSERT_NE(length, 0u);
  PacketCipher opener(derive_rtp_keys(master_), Direction::decrypt);
  ASSERT_TRUE(opener.open_rtp(base::MutableBytes{slot}.first(length), 12, kMaxRtpIndex));
  EXPECT_TRUE(std::equal(payload.begin(), payload.end(), slot.begin() + 12));
}

// One counter over all SSRCs, from 1 on.
TEST_P(SenderTest, SrtcpIndexCountsUp) {
  SrtpReceiver receiver(master_);
  for (std::uint32_t i = 1; i < 300; ++i) {
    const ByteVector plain = rtcp_packet(i % 3, i % 20, random_);
    ByteVector packet = plain;
    packet.resize(200);
    const std::size_t length = sender_.seal_rtcp(packet, plain.size());
    const OpenResult result = receiver.open_rtcp(base::MutableBytes{packet}.first(length));
    ASSERT_EQ(result.drop, base::DropReason::none);
    EXPECT_EQ(result.index, i);
    packet.resize(result.length);
    EXPECT_EQ(packet, plain);
  }
}

INSTANTIATE_TEST_SUITE_P(Profiles, SenderTest, testing::ValuesIn(kAllProfiles),
                         [](const auto& test) { return std::string(traits(test.param).name); });

}  // namespace
}  // namespace kaskado::srtp
