#include "rtp/rtp_packet.hpp"

#include <gtest/gtest.h>

#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::hex;

TEST(ParseRtp, ReadsEveryField) {
  // V=2 P=1 X=1 CC=1, M=1 PT=111, one extension word, payload aa bb, two octets of padding.
  const auto packet =
      hex("b1 ef 12 34 00 00 03 e8 de ad be ef 00 00 00 07 be de 00 01 10 30 00 00 aa bb 00 02");
  const auto header = parse_rtp(packet);
  ASSERT_TRUE(header);
  EXPECT_TRUE(header->marker);
  EXPECT_EQ(header->payload_type.value, 111);
  EXPECT_EQ(header->sequence.value, 0x1234);
  EXPECT_EQ(header->timestamp.value, 1000u);
  EXPECT_EQ(header->ssrc.value, 0xdeadbeefu);
  EXPECT_EQ(header->csrc_count, 1);
  EXPECT_EQ(header->extension_profile, 0xbede);
  EXPECT_EQ(header->extension_offset, 20);
  EXPECT_EQ(header->extension_length, 4);
  EXPECT_EQ(header->payload_offset, 24);
  EXPECT_EQ(header->payload_length, 2);
  EXPECT_EQ(header->padding_bytes, 2);
}

TEST(ParseRtp, AcceptsNothingButAHeaderAndNothingButPadding) {
  const auto bare = parse_rtp(hex("80 60 00 01 00 00 00 00 00 00 00 01"));
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->payload_length, 0);
  const auto padding = parse_rtp(hex("a0 60 00 01 00 00 00 00 00 00 00 01 00 00 00 04"));
  ASSERT_TRUE(padding);
  EXPECT_EQ(padding->payload_length, 0);
  EXPECT_EQ(padding->padding_bytes, 4);
}

TEST(ParseRtp, RefusesWhatIsNotWhole) {
  EXPECT_FALSE(parse_rtp({}));
  EXPECT_FALSE(parse_rtp(hex("80 60 00 01 00 00 00 00 00 00 00")));           // eleven octets
  EXPECT_FALSE(parse_rtp(hex("40 60 00 01 00 00 00 00 00 00 00 01")));        // version 1
  EXPECT_FALSE(parse_rtp(hex("81 60 00 01 00 00 00 00 00 00 00 01 00 00")));  // half a CSRC
  EXPECT_FALSE(parse_rtp(hex("90 60 00 01 00 00 00 00 00 00 00 01 be de")));  // half an extension head
  EXPECT_FALSE(parse_rtp(hex("90 60 00 01 00 00 00 00 00 00 00 01 be de 00 02 00 00 00 00")));
  EXPECT_FALSE(parse_rtp(hex("a0 60 00 01 00 00 00 00 00 00 00 01")));        // padding without an octet
  EXPECT_FALSE(parse_rtp(hex("a0 60 00 01 00 00 00 00 00 00 00 01 00")));     // of no octets
  EXPECT_FALSE(parse_rtp(hex("a0 60 00 01 00 00 00 00 00 00 00 01 aa 03")));  // of more than there are
}

TEST(ParseRtp, HoldsAtEachLengthOfAWholePacket) {
  const auto packet =
      hex("b1 ef 12 34 00 00 03 e8 de ad be ef 00 00 00 07 be de 00 01 10 30 00 00 aa bb 00 02");
  for (std::size_t length = 0; length < 24; ++length)
    EXPECT_FALSE(parse_rtp(base::Bytes(packet).first(length))) << length;
}

// RFC 5761 §4
TEST(IsRtcp, TellsTheTwoApartOnOnePort) {
  EXPECT_TRUE(is_rtcp(hex("80 c8 00 06")));
  EXPECT_TRUE(is_rtcp(hex("81 c9 00 07")));
  EXPECT_TRUE(is_rtcp(hex("8f cd 00 05")));
  EXPECT_TRUE(is_rtcp(hex("80 c0 00 00")));
  EXPECT_TRUE(is_rtcp(hex("80 df 00 00")));
  EXPECT_FALSE(is_rtcp(hex("80 e0 00 00")));  // PT 96 with marker
  EXPECT_FALSE(is_rtcp(hex("80 60 00 00")));
  EXPECT_FALSE(is_rtcp(hex("80 bf 00 00")));
  EXPECT_FALSE(is_rtcp(hex("00 c8 00 00")));
  EXPECT_FALSE(is_rtcp(hex("80 c8 00")));
}

}  // namespace
}  // namespace kaskado::rtp
