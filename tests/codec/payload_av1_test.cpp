// RTP Payload Format For AV1 §4.3 … §4.5.
#include <gtest/gtest.h>

#include "payload_test_support.hpp"

namespace kaskado::codec {
namespace {

using namespace test;
using Texts = std::vector<std::string>;

const PayloadFormat kAv1{CodecId::av1};

// OBU headers without size field: 08 sequence header, 10 temporal delimiter, 30 frame, 34 with extension.
TEST(Av1Payload, GivesObusTheirSizes) {
  EXPECT_EQ(assembled(kAv1, {"10 30 aa bb"}), "32 02 aa bb");                    // W = 1
  EXPECT_EQ(assembled(kAv1, {"20 02 08 01 30 aa bb"}), "0a 01 01 32 02 aa bb");  // W = 2
  EXPECT_EQ(assembled(kAv1, {"30 02 08 01 02 28 02 30 aa"}), "0a 01 01 2a 01 02 32 01 aa");
  EXPECT_EQ(assembled(kAv1, {"00 02 08 01 02 30 aa"}),
            "0a 01 01 32 01 aa");                                    // W = 0: every one has its length
  EXPECT_EQ(assembled(kAv1, {"10 34 28 aa bb"}), "36 28 02 aa bb");  // extension
  EXPECT_EQ(assembled(kAv1, {"10 32 02 aa bb"}), "32 02 aa bb");     // size field as it is, too
  EXPECT_EQ(assembled(kAv1, {"10 32 82 00 aa bb"}), "32 02 aa bb");  // or longer than need be
  EXPECT_EQ(assembled(kAv1, {"10 30"}), "32 00");
}

TEST(Av1Payload, JoinsFragments) {
  EXPECT_EQ(assembled(kAv1, {"50 30 aa", "d0 bb", "90 cc"}), "32 03 aa bb cc");
  // A fragment's beginning behind other elements, and its end before others.
  EXPECT_EQ(assembled(kAv1, {"60 02 08 01 30 aa", "a0 02 bb cc 18 dd"}), "0a 01 01 32 03 aa bb cc 1a 01 dd");
  // Cut within header and size field.
  EXPECT_EQ(assembled(kAv1, {"50 36", "d0 28", "d0 82", "d0 00", "90 aa bb"}), "36 28 02 aa bb");
}

TEST(Av1Payload, LeavesOutWhatNoFrameNeeds) {
  EXPECT_EQ(assembled(kAv1, {"20 01 10 30 aa"}), "32 01 aa");
  EXPECT_EQ(assembled(kAv1, {"20 03 40 01 02 30 aa"}), "32 01 aa");  // a tile list
  EXPECT_EQ(assembled(kAv1, {"10 10"}), kBad);                       // nothing is left
}

TEST(Av1Payload, IsDroppedWhereItIsMalformed) {
  EXPECT_EQ(assembled(kAv1, {}), kBad);
  EXPECT_EQ(assembled(kAv1, {"10"}), kBad);
  EXPECT_EQ(assembled(kAv1, {"90 aa"}), kBad);                 // the beginning is missing
  EXPECT_EQ(assembled(kAv1, {"50 30 aa"}), kBad);              // the end is
  EXPECT_EQ(assembled(kAv1, {"50 30 aa", "10 30 bb"}), kBad);  // Y, but no Z behind it
  EXPECT_EQ(assembled(kAv1, {"10 30 aa", "90 bb"}), kBad);     // Z, but no Y before it
  EXPECT_EQ(assembled(kAv1, {"20 01 30"}), kBad);              // one of two elements
  EXPECT_EQ(assembled(kAv1, {"20 05 30 aa"}), kBad);           // runs over the end
  EXPECT_EQ(assembled(kAv1, {"00 05 30 aa"}), kBad);
  EXPECT_EQ(assembled(kAv1, {"00 00"}), kBad);  // empty
  EXPECT_EQ(assembled(kAv1, {"00 ff ff ff ff ff ff ff ff 01 30"}), kBad);
  EXPECT_EQ(assembled(kAv1, {"10 b0 aa"}), kBad);        // the forbidden bit
  EXPECT_EQ(assembled(kAv1, {"10 34"}), kBad);           // no extension
  EXPECT_EQ(assembled(kAv1, {"10 32 03 aa bb"}), kBad);  // a size of more than there is
  EXPECT_EQ(assembled(kAv1, {"10 32 01 aa bb"}), kBad);  // of less
  EXPECT_EQ(assembled(kAv1, {"10 32"}), kBad);
}

TEST(Av1Payload, SaysWhereDecodingCanBegin) {
  const auto depacketizer = Depacketizer::create(kAv1);
  const Octets sequence = hex("08 00 00 00 02 3f ff b4 02 3f 40");
  const auto with_sequence = [&](const std::string& frame) {
    return joined({hex("28 0b"), sequence, hex(frame)});
  };
  EXPECT_TRUE(assemble(*depacketizer, {with_sequence("30 10 aa")})->key_frame);
  EXPECT_FALSE(assemble(*depacketizer, {with_sequence("30 30 aa")})->key_frame);  // an inter frame
  EXPECT_FALSE(assemble(*depacketizer, {with_sequence("30 90 aa")})->key_frame);  // an existing one shown
  EXPECT_FALSE(assemble(*depacketizer, {hex("10 30 10 aa")})->key_frame);         // no sequence header
}

TEST(Av1Payload, StartsAFrameWithItsHeader) {
  for (const std::string start : {"10 30 aa", "18 30", "10 08", "10 18 aa", "10 28 00", "10 10", "50 30 aa",
                                  "20 01 10 30", "10 34 20 aa", "18 20 aa"})
    EXPECT_TRUE(starts(kAv1, start)) << start;
  for (const std::string other :
       {"90 30 aa", "98 30 aa", "10 20 aa", "10 38 aa", "10 78", "10 34 28 aa", "10", "20 01 30", ""})
    EXPECT_FALSE(starts(kAv1, other)) << other;
}

TEST(Av1Payload, IsWrittenWithoutSizes) {
  EXPECT_EQ(packetized(kAv1, "12 00 32 02 aa bb", 100), Texts{"10 30 aa bb"});
  EXPECT_EQ(packetized(kAv1, "12 00 0a 01 01 32 02 aa bb", 100, true), Texts{"28 02 08 01 30 aa bb"});
  EXPECT_EQ(packetized(kAv1, "36 28 02 aa bb", 100), Texts{"10 34 28 aa bb"});
  EXPECT_EQ(packetized(kAv1, "30 aa bb", 100), Texts{"10 30 aa bb"});  // the last may go without a size
  EXPECT_EQ(packetized(kAv1, "32 05 01 02 03 04 05", 4, true), (Texts{"58 30 01 02", "90 03 04 05"}));
  EXPECT_EQ(packetized(kAv1, "32 05 aa", 100), Texts{});
  EXPECT_EQ(packetized(kAv1, "32 02 aa bb", 1), Texts{});
  // More than three are not counted, and have their lengths.
  EXPECT_EQ(packetized(kAv1, "0a 01 01 2a 01 02 1a 01 03 22 01 04", 100),
            Texts{"00 02 08 01 02 28 02 02 18 03 02 20 04"});
}

}  // namespace
}  // namespace kaskado::codec
