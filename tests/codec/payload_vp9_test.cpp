#include <gtest/gtest.h>

#include "codec/bitstream/vp9.hpp"
#include "payload_test_support.hpp"

namespace kaskado::codec {
namespace {

using namespace test;
using Texts = std::vector<std::string>;

const PayloadFormat kVp9{CodecId::vp9};

// A key frame's uncompressed header, 640 by 360.
const std::string kKeyFrame = "82 49 83 42 00 27 f0 16 70 00";

// RFC 9628 §4.2, B and E set throughout.
TEST(Vp9Payload, GivesTheFrameBehindEveryDescriptor) {
  for (const std::string descriptor : {
           "0c",                                   // nothing optional
           "8c 17",                                // I
           "8c 92 f1",                             // I of 15 bits
           "4c",                                   // P in non-flexible mode
           "ac 92 f1 00 05",                       // L and TL0PICIDX
           "bc 92 f1 20",                          // F and L: no TL0PICIDX
           "dc 92 f1 02",                          // F and P: one reference
           "dc 92 f1 03 05 06",                    // three
           "fc 92 f1 20 03 04",                    // L, F, P: two
           "8e 92 f1 00",                          // V: one layer, nothing said of it
           "8e 92 f1 10 02 80 01 68",              // V with Y: a size
           "8e 92 f1 30 01 40 00 b4 02 80 01 68",  // of two layers
           "8e 92 f1 08 00",                       // V with G, of no pictures
       }) {
    EXPECT_EQ(assembled(kVp9, {descriptor + " aa bb"}), "aa bb") << descriptor;
    EXPECT_TRUE(starts(kVp9, descriptor + " aa")) << descriptor;
    EXPECT_EQ(assembled(kVp9, {descriptor}), kBad) << descriptor;
    EXPECT_FALSE(starts(kVp9, descriptor)) << descriptor;
  }
}

// N_G pictures |TID|U|R|-|-|, each with R references.
TEST(Vp9Payload, SkipsThePictureGroup) {
  const std::string group = "8e 92 f1 18 02 80 01 68 03 04 01 38 02 03 40";
  EXPECT_EQ(assembled(kVp9, {group + " 01 aa"}), "01 aa");  // 1, 2 and 0 references
  EXPECT_EQ(assembled(kVp9, {group}), kBad);
  EXPECT_EQ(assembled(kVp9, {"8e 92 f1 08 ff 04 01"}), kBad);
}

TEST(Vp9Payload, JoinsFragments) {
  EXPECT_EQ(assembled(kVp9, {"88 17 01 02", "80 17 03", "84 17 04"}), "01 02 03 04");
  EXPECT_FALSE(starts(kVp9, "80 17 03"));
}

// Two spatial layers become a super-frame, whose index tells them apart.
TEST(Vp9Payload, MakesASuperframeOfAllLayers) {
  const auto frame = assemble(
      *Depacketizer::create(kVp9),
      {joined({hex("a8 17 00 05"), hex(kKeyFrame)}), hex("a4 17 00 05 11 12"), hex("ac 17 03 05 86 21 22")});
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->key_frame);
  const Vp9Frames frames = split_vp9_superframe(*frame->bytes);
  ASSERT_EQ(frames.count, 2u);
  EXPECT_EQ(to_hex(frames.frames[0]), kKeyFrame + " 11 12");
  EXPECT_EQ(to_hex(frames.frames[1]), "86 21 22");
  EXPECT_EQ(frame->bytes->size(), 12u + 3u + 4u);
}

TEST(Vp9Payload, StartsWithTheLowestLayer) {
  EXPECT_TRUE(starts(kVp9, "a8 17 00 05 aa"));
  EXPECT_FALSE(starts(kVp9, "a8 17 02 05 aa"));  // spatial layer 1, whether it needs the lower one
  EXPECT_FALSE(starts(kVp9, "a8 17 03 05 aa"));  // or not
  EXPECT_TRUE(starts(kVp9, "b8 17 02 aa"));      // in flexible mode it may be the lowest there is
  EXPECT_FALSE(starts(kVp9, "b8 17 03 aa"));
}

TEST(Vp9Payload, IsDroppedWhereItIsMalformed) {
  EXPECT_EQ(assembled(kVp9, {}), kBad);
  EXPECT_EQ(assembled(kVp9, {"80 17 03"}), kBad);                 // neither begins
  EXPECT_EQ(assembled(kVp9, {"88 17 03"}), kBad);                 // nor ends
  EXPECT_EQ(assembled(kVp9, {"88 17 01", "8c 17 02"}), kBad);     // begins twice
  EXPECT_EQ(assembled(kVp9, {"8c 17 01", "84 17 02"}), kBad);     // goes on behind its end
  EXPECT_EQ(assembled(kVp9, {"dc 92 f1 03 05 07 02 aa"}), kBad);  // four references
  EXPECT_EQ(assembled(kVp9, {"8c"}), kBad);
  EXPECT_EQ(assembled(kVp9, {"8c 92"}), kBad);
  EXPECT_EQ(assembled(kVp9, {"ac 17 00"}), kBad);
  EXPECT_EQ(assembled(kVp9, {"8e 17"}), kBad);
  EXPECT_EQ(assembled(kVp9, {"8e 17 f0 00 00 00 00"}), kBad);  // eight sizes
  EXPECT_EQ(assembled(kVp9, {"8e 17 08"}), kBad);
  Texts nine(9, "8c 17 01");
  EXPECT_EQ(assembled(kVp9, nine), kBad);
  nine.pop_back();
  EXPECT_NE(assembled(kVp9, nine), kBad);
}

TEST(Vp9Payload, IsWrittenWithTheSizeOfKeyFrames) {
  EXPECT_EQ(packetized(kVp9, kKeyFrame, 40, true), Texts{"8e 80 00 10 02 80 01 68 " + kKeyFrame});
  EXPECT_EQ(packetized(kVp9, "86 01 02 03 04 05", 6), (Texts{"c8 80 00 86 01 02", "c4 80 00 03 04 05"}));
  // All are of one length, with the size or without.
  EXPECT_EQ(packetized(kVp9, kKeyFrame, 16, true),
            (Texts{"8a 80 00 10 02 80 01 68 82 49 83", "84 80 00 42 00 27 f0 16 70 00"}));
  EXPECT_EQ(packetized(kVp9, kKeyFrame, 3, true), Texts{});
}

}  // namespace
}  // namespace kaskado::codec
