#include <gtest/gtest.h>

#include "payload_test_support.hpp"

namespace kaskado::codec {
namespace {

using namespace test;
using Texts = std::vector<std::string>;

const PayloadFormat kH263{CodecId::h263};

// RFC 4629 §5.1: the two zeros of a start code come back, redundancy octet and repeated header go.
TEST(H263Payload, GivesThePicture) {
  EXPECT_EQ(assembled(kH263, {"04 00 80 02 08"}), "00 00 80 02 08");
  EXPECT_EQ(assembled(kH263, {"04 00 80 02", "00 00 11 22", "04 00 84 33"}), "00 00 80 02 11 22 00 00 84 33");
  EXPECT_EQ(assembled(kH263, {"06 00 ff 80 02"}), "00 00 80 02");
  EXPECT_EQ(assembled(kH263, {"04 10 aa bb 80 02"}), "00 00 80 02");
  EXPECT_EQ(assembled(kH263, {"06 13 ff aa bb 80 02", "02 08 ff aa 03"}), "00 00 80 02 03");
}

TEST(H263Payload, IsDroppedWhereItIsMalformed) {
  EXPECT_EQ(assembled(kH263, {}), kBad);
  EXPECT_EQ(assembled(kH263, {"04"}), kBad);
  EXPECT_EQ(assembled(kH263, {"04 00"}), kBad);
  EXPECT_EQ(assembled(kH263, {"06 00 80"}), kBad);     // the redundancy octet, and nothing behind it
  EXPECT_EQ(assembled(kH263, {"05 f8 80 02"}), kBad);  // a repeated header of 63 octets
  EXPECT_EQ(assembled(kH263, {"00 00 80 02"}), kBad);  // no start
  EXPECT_EQ(assembled(kH263, {"04 00 84 02"}), kBad);  // of a group of blocks
}

TEST(H263Payload, SaysWhatTheFrameIs) {
  const auto depacketizer = Depacketizer::create(kH263);
  EXPECT_TRUE(assemble(*depacketizer, {hex("04 00 80 02 08 00 00")})->key_frame);
  EXPECT_FALSE(assemble(*depacketizer, {hex("04 00 80 02 0a 00 00")})->key_frame);
  EXPECT_TRUE(starts(kH263, "04 00 80 02"));
  EXPECT_FALSE(starts(kH263, "04 00 84 02"));
  EXPECT_FALSE(starts(kH263, "00 00 80 02"));
  EXPECT_FALSE(starts(kH263, "04 00"));
  EXPECT_FALSE(starts(kH263, ""));
}

TEST(H263Payload, IsWrittenWithoutTheFirstZeros) {
  EXPECT_EQ(packetized(kH263, "00 00 80 02 08", 100), Texts{"04 00 80 02 08"});
  EXPECT_EQ(packetized(kH263, "00 00 80 02 08 01 02", 5), (Texts{"04 00 80 02 08", "00 00 01 02"}));
  EXPECT_EQ(packetized(kH263, "00 00 84 02", 100), Texts{});
  EXPECT_EQ(packetized(kH263, "00 00", 100), Texts{});
  EXPECT_EQ(packetized(kH263, "00 00 80 02", 2), Texts{});
}

}  // namespace
}  // namespace kaskado::codec
