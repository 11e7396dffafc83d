// AMR (RFC 4867), Opus (RFC 7587), PCMU and PCMA (RFC 3551), Speex (RFC 5574).
#include <gtest/gtest.h>

#include "payload_test_support.hpp"

namespace kaskado::codec {
namespace {

using namespace test;
using Texts = std::vector<std::string>;

const PayloadFormat kAligned{CodecId::amr_nb, true}, kEfficient{CodecId::amr_nb, false};

// Comfort noise, 39 bits, and a frame without data, as they are stored: |0|FT|Q|00|.
const std::string kSid = "44 12 34 56 78 9a", kNoData = "7c";

TEST(AmrPayload, OctetAlignedIsWhatIsStoredButForTheOrder) {
  EXPECT_EQ(assembled(kAligned, {"f0 44 12 34 56 78 9a"}), kSid);
  EXPECT_EQ(assembled(kAligned, {"f0 c4 7c 12 34 56 78 9a"}), kSid + " " + kNoData);
  EXPECT_EQ(assembled(kAligned, {"20 40 12 34 56 78 9a"}), "40 12 34 56 78 9a");  // damaged, with a request
  EXPECT_EQ(packetized(kAligned, kSid + kNoData, 100), Texts{"f0 c4 7c 12 34 56 78 9a"});
}

// RFC 4867 §4.3.5.1, a frame of mode 4 (148 bits of 1 here): |CMR 15|0|FT 4|Q 1|148 bits|P P|.
TEST(AmrPayload, BandwidthEfficientHasNoBitsBetween) {
  std::string stored = "24", payload = "f2 7f";
  for (int i = 0; i < 18; ++i) stored += " ff";
  stored += " f0";
  for (int i = 0; i < 17; ++i) payload += " ff";
  payload += " fc";
  EXPECT_EQ(assembled(kEfficient, {payload}), stored);
  EXPECT_EQ(packetized(kEfficient, stored, 100), Texts{payload});
}

// 1111 | 1 1000 1 | 0 1111 1 | 39 bits of 12 34 56 78 9a | padding
TEST(AmrPayload, BandwidthEfficientPacksEntriesOfSixBits) {
  EXPECT_EQ(assembled(kEfficient, {"fc 5f 12 34 56 78 9a"}), kSid + " " + kNoData);
  EXPECT_EQ(packetized(kEfficient, kSid + kNoData, 100), Texts{"fc 5f 12 34 56 78 9a"});
  EXPECT_EQ(packetized(kEfficient, kSid, 100), Texts{"f4 44 8d 15 9e 26 80"});
  EXPECT_EQ(assembled(kEfficient, {"f4 44 8d 15 9e 26 80"}), kSid);
}

TEST(AmrPayload, IsDroppedWhereItIsMalformed) {
  for (const auto& format : {kAligned, kEfficient}) {
    EXPECT_EQ(assembled(format, {}), kBad);
    EXPECT_EQ(assembled(format, {"f0"}), kBad);
    EXPECT_FALSE(starts(format, ""));
    EXPECT_FALSE(starts(format, "f0"));
  }
  EXPECT_EQ(assembled(kAligned, {"f0 44 12 34 56 78"}), kBad);        // cut short
  EXPECT_EQ(assembled(kAligned, {"f0 44 12 34 56 78 9a bc"}), kBad);  // too long
  EXPECT_EQ(assembled(kAligned, {"f0 c4"}), kBad);                    // F, and no entry behind it
  EXPECT_EQ(assembled(kAligned, {"f0 4c 12 34 56 78 9a"}), kBad);     // type 9
  EXPECT_EQ(assembled(kAligned, {"f0 74"}), kBad);                    // type 14
  EXPECT_EQ(assembled(kAligned, {"f0 7c", "f0 7c"}), kBad);           // two payloads at one time
  EXPECT_EQ(assembled(kEfficient, {"f4 44 8d 15 9e 26"}), kBad);
  EXPECT_EQ(assembled(kEfficient, {"f4 44 8d 15 9e 26 80 00"}), kBad);
  EXPECT_EQ(assembled(kEfficient, {"f4 c4 8d 15 9e 26 80"}), kBad);  // type 9
  EXPECT_EQ(assembled(kEfficient, {"ff ff"}), kBad);
}

TEST(AmrPayload, IsNotWrittenWhereItDoesNotFitOrIsNone) {
  EXPECT_EQ(packetized(kAligned, kSid, 7), Texts{"f0 44 12 34 56 78 9a"});
  EXPECT_EQ(packetized(kAligned, kSid, 6), Texts{});
  EXPECT_EQ(packetized(kAligned, "44 12 34", 100), Texts{});
  EXPECT_EQ(packetized(kAligned, "4c 12 34 56 78 9a bc", 100), Texts{});
  EXPECT_EQ(packetized(kAligned, "", 100), Texts{});
}

TEST(SoundPayload, IsTheFrame) {
  for (const CodecId codec : {CodecId::opus, CodecId::pcmu, CodecId::pcma, CodecId::speex}) {
    const PayloadFormat format{codec};
    EXPECT_EQ(assembled(format, {"", "78 01 02 03"}), "78 01 02 03");
    EXPECT_EQ(assembled(format, {"78 01", "78 01"}), kBad);
    EXPECT_EQ(assembled(format, {""}), kBad);
    EXPECT_TRUE(starts(format, "78 01"));
    EXPECT_FALSE(starts(format, ""));
    EXPECT_TRUE(assemble(*Depacketizer::create(format), {hex("78 01")})->key_frame);
    EXPECT_EQ(packetized(format, "78 01 02 03", 4), Texts{"78 01 02 03"});
    EXPECT_EQ(packetized(format, "78 01 02 03", 3), Texts{});
    EXPECT_EQ(packetized(format, "", 3), Texts{});
  }
}

TEST(SoundPayload, OfOpusKeepsTheRulesOfItsPackets) {
  EXPECT_EQ(assembled({CodecId::opus}, {"79 01 02 03"}), kBad);  // two equal frames in three octets
  EXPECT_FALSE(starts({CodecId::opus}, "79 01 02 03"));
}

}  // namespace
}  // namespace kaskado::codec
