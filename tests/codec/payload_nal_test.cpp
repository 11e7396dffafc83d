// H264 (RFC 6184) and H265 (RFC 7798).
#include <gtest/gtest.h>

#include "payload_test_support.hpp"

namespace kaskado::codec {
namespace {

using namespace test;
using Texts = std::vector<std::string>;

const PayloadFormat kH264{CodecId::h264}, kH265{CodecId::h265};

TEST(H264Payload, TakesSingleUnits) {
  EXPECT_EQ(assembled(kH264, {"67 42 c0", "68 ce", "65 88 84"}),
            "00 00 00 01 67 42 c0 00 00 00 01 68 ce 00 00 00 01 65 88 84");
}

// RFC 6184 §5.7.1
TEST(H264Payload, TakesAggregations) {
  EXPECT_EQ(assembled(kH264, {"78 00 03 67 42 c0 00 02 68 ce", "65 88"}),
            "00 00 00 01 67 42 c0 00 00 00 01 68 ce 00 00 00 01 65 88");
}

// RFC 6184 §5.8: F and NRI of the unit are the indicator's, the type is the fragment header's.
TEST(H264Payload, TakesFragments) {
  EXPECT_EQ(assembled(kH264, {"7c 85 88 84", "7c 05 11", "7c 45 22"}), "00 00 00 01 65 88 84 11 22");
  EXPECT_EQ(assembled(kH264, {"3c 81 9a", "3c 41 22", "21 9b"}), "00 00 00 01 21 9a 22 00 00 00 01 21 9b");
  EXPECT_EQ(assembled(kH264, {"7c c5 88"}), "00 00 00 01 65 88");
}

TEST(H264Payload, IsDroppedWhereItIsMalformed) {
  EXPECT_EQ(assembled(kH264, {}), kBad);
  EXPECT_EQ(assembled(kH264, {"7c"}), kBad);
  EXPECT_EQ(assembled(kH264, {"7c 05 11"}), kBad);                          // the beginning is missing
  EXPECT_EQ(assembled(kH264, {"7c 85 11"}), kBad);                          // the end is
  EXPECT_EQ(assembled(kH264, {"7c 85 11", "7c 85 22", "7c 45 33"}), kBad);  // begins twice
  EXPECT_EQ(assembled(kH264, {"7c 85 11", "7c 41 33"}), kBad);              // ends as another type
  EXPECT_EQ(assembled(kH264, {"7c 85 11", "41 9a", "7c 45 33"}), kBad);     // another unit within
  EXPECT_EQ(assembled(kH264, {"7c 9c 11"}), kBad);                          // a fragment of a fragment
  EXPECT_EQ(assembled(kH264, {"78"}), kBad);
  EXPECT_EQ(assembled(kH264, {"78 00"}), kBad);
  EXPECT_EQ(assembled(kH264, {"78 00 00"}), kBad);
  EXPECT_EQ(assembled(kH264, {"78 00 03 67 42"}), kBad);                     // runs over the end
  EXPECT_EQ(assembled(kH264, {"78 00 02 67 42 00"}), kBad);                  // half a length
  EXPECT_EQ(assembled(kH264, {"78 00 03 78 00 00"}), kBad);                  // an aggregation of aggregations
  for (const std::string type : {"60", "79", "7a", "7b", "7d", "7e", "7f"})  // 0, STAP-B, MTAPs, FU-B, 30, 31
    EXPECT_EQ(assembled(kH264, {type + " 85 01"}), kBad) << type;
}

TEST(H264Payload, SaysWhatTheFrameIsFor) {
  const auto depacketizer = Depacketizer::create(kH264);
  EXPECT_TRUE(assemble(*depacketizer, {hex("67 42"), hex("65 88")})->key_frame);
  EXPECT_TRUE(assemble(*depacketizer, {hex("7c 85 88"), hex("7c 45 01")})->key_frame);
  EXPECT_FALSE(assemble(*depacketizer, {hex("67 42"), hex("41 9a")})->key_frame);
  EXPECT_FALSE(assemble(*depacketizer, {hex("41 9a")})->discardable);
  EXPECT_TRUE(assemble(*depacketizer, {hex("01 9a"), hex("01 1b")})->discardable);  // nal_ref_idc is 0 in all
  EXPECT_TRUE(assemble(*depacketizer, {hex("1c 81 9a"), hex("1c 41 1b")})->discardable);
  EXPECT_FALSE(assemble(*depacketizer, {hex("01 9a"), hex("21 1b")})->discardable);
  EXPECT_FALSE(assemble(*depacketizer, {hex("68 ce"), hex("01 9a")})->discardable);
}

TEST(H264Payload, StartsAFrameWithItsFirstSliceOrWhatIsBeforeIt) {
  for (const std::string start : {"65 88", "41 9a", "67 42", "68 ce", "06 05", "09 f0",
                                  "78 00 02 67 42 00 02 68 ce", "7c 85 88", "78 00 02 65 88"})
    EXPECT_TRUE(starts(kH264, start)) << start;
  for (const std::string other : {"65 48", "41 1a", "7c 05 88", "7c 45 88", "7c 85 48", "78 00 02 65 48",
                                  "0c ff", "0a", "78 00", "7c", "7c 85", "7f 88", ""})
    EXPECT_FALSE(starts(kH264, other)) << other;
}

TEST(H264Payload, IsWrittenInModeOne) {
  const std::string sps = "00 00 00 01 67 42 c0", pps = "00 00 01 28 ce",
                    idr = "00 00 00 01 65 88 01 02 03 04 05 06";
  EXPECT_EQ(packetized(kH264, sps + pps + idr, 11),
            (Texts{"78 00 03 67 42 c0 00 02 28 ce", "65 88 01 02 03 04 05 06"}));
  EXPECT_EQ(packetized(kH264, sps + pps + idr, 7),
            (Texts{"67 42 c0", "28 ce", "7c 85 88 01 02 03", "7c 45 04 05 06"}));
  EXPECT_EQ(packetized(kH264, idr, 5), (Texts{"7c 85 88 01 02", "7c 05 03 04 05", "7c 45 06"}));
  EXPECT_EQ(packetized(kH264, idr, 2), Texts{});
  EXPECT_EQ(packetized(kH264, "65 88", 100), Texts{});  // no start code
  // What no payload can carry is left out; the highest NRI stands for all.
  EXPECT_EQ(packetized(kH264, "00 00 01 78 00 00 01 06 05 00 00 01 41 9a", 100),
            Texts{"58 00 02 06 05 00 02 41 9a"});
}

// RFC 7798 §4.4.1 … §4.4.3
TEST(H265Payload, TakesUnitsAggregationsAndFragments) {
  EXPECT_EQ(assembled(kH265, {"40 01 0c", "26 01 af"}), "00 00 00 01 40 01 0c 00 00 00 01 26 01 af");
  EXPECT_EQ(assembled(kH265, {"60 01 00 03 40 01 0c 00 04 42 01 01 02"}),
            "00 00 00 01 40 01 0c 00 00 00 01 42 01 01 02");
  EXPECT_EQ(assembled(kH265, {"62 01 93 af 01", "62 01 13 02", "62 01 53 03"}),
            "00 00 00 01 26 01 af 01 02 03");
  EXPECT_EQ(assembled(kH265, {"63 0a 81 af", "63 0a 41 03"}),
            "00 00 00 01 03 0a af 03");  // layer and TID are kept
}

TEST(H265Payload, IsDroppedWhereItIsMalformed) {
  EXPECT_EQ(assembled(kH265, {"26"}), kBad);
  EXPECT_EQ(assembled(kH265, {"62 01"}), kBad);
  EXPECT_EQ(assembled(kH265, {"62 01 13 02"}), kBad);
  EXPECT_EQ(assembled(kH265, {"62 01 93 02"}), kBad);
  EXPECT_EQ(assembled(kH265, {"62 01 93 02", "62 01 93 02", "62 01 53 02"}), kBad);
  EXPECT_EQ(assembled(kH265, {"62 01 93 02", "62 01 54 02"}), kBad);
  EXPECT_EQ(assembled(kH265, {"62 01 93 02", "02 01 d0", "62 01 53 02"}), kBad);
  EXPECT_EQ(assembled(kH265, {"62 01 b1 02"}), kBad);           // a fragment of a fragment
  EXPECT_EQ(assembled(kH265, {"60 01 00 01 40"}), kBad);        // half a header
  EXPECT_EQ(assembled(kH265, {"60 01 00 04 40 01 0c"}), kBad);  // runs over the end
  EXPECT_EQ(assembled(kH265, {"60 01 00 03 40 01 0c 00"}), kBad);
  EXPECT_EQ(assembled(kH265, {"64 01 00 03"}), kBad);  // PACI
}

TEST(H265Payload, SaysWhatTheFrameIsFor) {
  const auto depacketizer = Depacketizer::create(kH265);
  EXPECT_TRUE(assemble(*depacketizer, {hex("26 01 af")})->key_frame);
  EXPECT_TRUE(assemble(*depacketizer, {hex("2a 01 af")})->key_frame);  // CRA
  EXPECT_TRUE(assemble(*depacketizer, {hex("62 01 93 af"), hex("62 01 53 01")})->key_frame);
  EXPECT_FALSE(assemble(*depacketizer, {hex("42 01 01"), hex("02 01 d0")})->key_frame);
  EXPECT_FALSE(assemble(*depacketizer, {hex("00 01 d0")})->discardable);  // TRAIL_N, but of which layer?
}

TEST(H265Payload, StartsAFrameWithItsFirstSliceOrWhatIsBeforeIt) {
  for (const std::string start : {"26 01 af", "02 01 d0", "40 01 0c", "42 01 01", "44 01 c1", "46 01 50",
                                  "4e 01 05", "60 01 00 03 40 01 0c", "62 01 93 af"})
    EXPECT_TRUE(starts(kH265, start)) << start;
  for (const std::string other : {"26 01 2f", "02 01 50", "62 01 13 af", "62 01 53 af", "62 01 93 2f",
                                  "50 01 05", "60 01 00 03 26 01 2f", "60 01 00", "26 01", "26", ""})
    EXPECT_FALSE(starts(kH265, other)) << other;
}

TEST(H265Payload, IsWritten) {
  const std::string vps = "00 00 00 01 40 01 0c", sps = "00 00 01 42 0a 07",
                    idr = "00 00 00 01 26 01 af 02 03 04 05 06";
  // The lowest layer id and TID stand for all.
  EXPECT_EQ(packetized(kH265, vps + sps + idr, 14),
            (Texts{"60 01 00 03 40 01 0c 00 03 42 0a 07", "26 01 af 02 03 04 05 06"}));
  EXPECT_EQ(packetized(kH265, idr, 6), (Texts{"62 01 93 af 02 03", "62 01 53 04 05 06"}));
  EXPECT_EQ(packetized(kH265, idr, 3), Texts{});
  EXPECT_EQ(packetized(kH265, "00 00 01 26 00 00 01 62 01 93", 100),
            Texts{});  // half a header; no unit of a stream
}

}  // namespace
}  // namespace kaskado::codec
