#include <gtest/gtest.h>

#include "payload_test_support.hpp"

namespace kaskado::codec {
namespace {

using namespace test;
using Texts = std::vector<std::string>;

const PayloadFormat kVp8{CodecId::vp8};

// RFC 7741 §4.2: every combination of optional fields comes off.
TEST(Vp8Payload, GivesTheFrameBehindEveryDescriptor) {
  for (const std::string descriptor :
       {"10", "90 00", "90 80 17", "90 80 92 f1", "90 40 05", "90 20 20", "90 10 03", "90 30 23",
        "90 c0 17 05", "90 e0 92 f1 05 20", "90 f0 92 f1 05 3f", "90 70 05 3f", "d8 8f 17"}) {
    EXPECT_EQ(assembled(kVp8, {descriptor + " 31 02 03 04"}), "31 02 03 04") << descriptor;
    EXPECT_TRUE(starts(kVp8, descriptor + " 31")) << descriptor;
    EXPECT_EQ(assembled(kVp8, {descriptor}), kBad) << descriptor;  // no data
    EXPECT_FALSE(starts(kVp8, descriptor)) << descriptor;
  }
}

TEST(Vp8Payload, JoinsPayloadsOfAllPartitions) {
  EXPECT_EQ(assembled(kVp8, {"10 01 02", "00 03", "11 04", "12 05", "02 06"}), "01 02 03 04 05 06");
  EXPECT_FALSE(starts(kVp8, "00 03"));
  EXPECT_FALSE(starts(kVp8, "11 04"));
}

TEST(Vp8Payload, SaysWhatTheFrameIsFor) {
  const auto depacketizer = Depacketizer::create(kVp8);
  const auto key = assemble(*depacketizer, {hex("10 10 02 00 9d 01 2a 40 01 f0 00 aa")});
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->key_frame);
  EXPECT_FALSE(key->discardable);
  const auto spare = assemble(*depacketizer, {hex("b0 80 17 31 02 00"), hex("a0 80 17 04")});
  ASSERT_TRUE(spare);
  EXPECT_FALSE(spare->key_frame);
  EXPECT_TRUE(spare->discardable);
  EXPECT_FALSE(assemble(*depacketizer, {hex("10 31 02 00")})->discardable);
}

TEST(Vp8Payload, IsDroppedWhereItIsMalformed) {
  EXPECT_EQ(assembled(kVp8, {}), kBad);
  EXPECT_EQ(assembled(kVp8, {""}), kBad);
  EXPECT_EQ(assembled(kVp8, {"00 01"}), kBad);              // the beginning is missing
  EXPECT_EQ(assembled(kVp8, {"11 01"}), kBad);              // so are the partitions before
  EXPECT_EQ(assembled(kVp8, {"10 01", "10 02"}), kBad);     // two frames
  EXPECT_EQ(assembled(kVp8, {"10 01", "90"}), kBad);        // cut within the descriptor
  EXPECT_EQ(assembled(kVp8, {"10 01", "90 80 92"}), kBad);  // within the picture id
  EXPECT_EQ(assembled(kVp8, {"10 01", "90 f0 92 f1"}), kBad);
  EXPECT_EQ(assembled(kVp8, {"10 01", "90 f0 92 f1 05"}), kBad);
}

TEST(Vp8Payload, MayHavePaddingBetween) {
  EXPECT_EQ(assembled(kVp8, {"", "10 01", "", "00 02", ""}), "01 02");
}

// As WebRTC writes it without temporal layers: a picture id of 15 bits. A TL0PICIDX that starts over, as that of another
// encoder does, would have a browser wait until it comes past that of the former one.
TEST(Vp8Payload, IsWrittenWithRunningIds) {
  const auto packetizer = Packetizer::create(kVp8);
  const auto write = [&](std::size_t most) {
    Texts texts;
    const auto frame = frame_of(CodecId::vp8, hex("31 02 03 04 05 06 07"));
    for (const Octets& payload : packetize(*packetizer, frame, most).payloads)
      texts.push_back(to_hex(payload));
    return texts;
  };
  EXPECT_EQ(write(20), Texts{"90 80 80 00 31 02 03 04 05 06 07"});
  EXPECT_EQ(write(8), (Texts{"90 80 80 01 31 02 03 04", "80 80 80 01 05 06 07"}));
  EXPECT_EQ(write(4), Texts{});  // no room behind the descriptor
  for (int i = 2; i < 0x8000; ++i) write(20);
  EXPECT_EQ(write(20), Texts{"90 80 80 00 31 02 03 04 05 06 07"});  // it has wrapped
}

}  // namespace
}  // namespace kaskado::codec
