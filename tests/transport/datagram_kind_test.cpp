#include "transport/datagram_kind.hpp"

#include <gtest/gtest.h>

#include <array>

namespace kaskado::transport {
namespace {

DatagramKind kind(std::uint8_t first, std::uint8_t second) {
  const std::array<std::uint8_t, 2> bytes{first, second};
  return kind_of(bytes);
}

TEST(DatagramKind, TellsStunAndDtlsByTheFirstByte) {
  for (const int first : {0, 1, 2, 3})
    EXPECT_EQ(kind(static_cast<std::uint8_t>(first), 0), DatagramKind::stun);
  for (const int first : {20, 22, 25, 63})
    EXPECT_EQ(kind(static_cast<std::uint8_t>(first), 0), DatagramKind::dtls);
}

TEST(DatagramKind, LeavesTheRangesOfOtherProtocolsAlone) {
  // ZRTP, TURN channels and what no one has registered (RFC 7983 §7).
  for (const int first : {4, 16, 19, 64, 79, 80, 127, 192, 255}) {
    EXPECT_EQ(kind(static_cast<std::uint8_t>(first), 0), DatagramKind::unknown) << first;
  }
}

TEST(DatagramKind, TellsRtcpFromRtpByTheSecondByte) {
  EXPECT_EQ(kind(0x80, 191), DatagramKind::rtp);
  EXPECT_EQ(kind(0x80, 192), DatagramKind::rtcp);
  EXPECT_EQ(kind(0xbf, 223), DatagramKind::rtcp);
  EXPECT_EQ(kind(0xbf, 224), DatagramKind::rtp);
  EXPECT_EQ(kind(0x90, 96), DatagramKind::rtp);
  EXPECT_EQ(kind(0x90, 0x80 | 63), DatagramKind::rtp);  // marker and payload type 63
}

TEST(DatagramKind, KnowsNothingOfWhatIsTooShort) {
  EXPECT_EQ(kind_of({}), DatagramKind::unknown);
  const std::array<std::uint8_t, 1> one{0x80};
  EXPECT_EQ(kind_of(one), DatagramKind::unknown);
}

}  // namespace
}  // namespace kaskado::transport
