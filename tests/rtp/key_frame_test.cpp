#include "rtp/key_frame.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::hex;

bool starts(VideoCodec codec, const std::string& payload) {
  return starts_key_frame(codec, hex(payload));
}

// RFC 7741 §4.2, §4.3
TEST(Vp8KeyFrame, IsSeenBehindEveryDescriptor) {
  EXPECT_TRUE(starts(VideoCodec::vp8, "10 00"));
  EXPECT_FALSE(starts(VideoCodec::vp8, "10 01"));       // inter frame
  EXPECT_FALSE(starts(VideoCodec::vp8, "00 00"));       // not the start of a partition
  EXPECT_FALSE(starts(VideoCodec::vp8, "11 00"));       // second partition
  EXPECT_TRUE(starts(VideoCodec::vp8, "90 80 17 00"));  // picture id of 7 bits
  EXPECT_FALSE(starts(VideoCodec::vp8, "90 80 16 01"));
  EXPECT_TRUE(starts(VideoCodec::vp8, "90 80 92 f1 00"));        // of 15 bits
  EXPECT_TRUE(starts(VideoCodec::vp8, "90 f0 92 f1 05 20 00"));  // with TL0PICIDX, TID and KEYIDX
  EXPECT_FALSE(starts(VideoCodec::vp8, "90 f0 92 f1 05 20"));    // cut short
  EXPECT_FALSE(starts(VideoCodec::vp8, "10"));
  EXPECT_FALSE(starts(VideoCodec::vp8, ""));
}

// RFC 9628 §4.2
TEST(Vp9KeyFrame, IsTheUnpredictedLowestLayer) {
  EXPECT_TRUE(starts(VideoCodec::vp9, "08 aa"));
  EXPECT_FALSE(starts(VideoCodec::vp9, "48 aa"));           // P
  EXPECT_FALSE(starts(VideoCodec::vp9, "00 aa"));           // no B
  EXPECT_TRUE(starts(VideoCodec::vp9, "8c 92 f1 aa"));      // I of 15 bits, B and E
  EXPECT_TRUE(starts(VideoCodec::vp9, "a8 11 00 07 aa"));   // L without F: TL0PICIDX follows
  EXPECT_FALSE(starts(VideoCodec::vp9, "a8 11 02 07 aa"));  // spatial layer 1
  EXPECT_TRUE(starts(VideoCodec::vp9, "b8 11 00 aa"));      // F: none follows
  EXPECT_FALSE(starts(VideoCodec::vp9, "a8 11 00 07"));     // no picture behind it
  EXPECT_FALSE(starts(VideoCodec::vp9, ""));
}

// RFC 6184 §5.6, §5.7.1, §5.8
TEST(H264KeyFrame, IsAnIdrOrParameterSet) {
  EXPECT_TRUE(starts(VideoCodec::h264, "65 88"));
  EXPECT_TRUE(starts(VideoCodec::h264, "67 42"));
  EXPECT_FALSE(starts(VideoCodec::h264, "68 ce"));
  EXPECT_FALSE(starts(VideoCodec::h264, "41 9a"));
  EXPECT_TRUE(starts(VideoCodec::h264, "78 00 02 67 42 00 02 68 ce"));
  EXPECT_TRUE(starts(VideoCodec::h264, "78 00 02 06 42 00 02 65 ce"));
  EXPECT_FALSE(starts(VideoCodec::h264, "78 00 02 41 42 00 02 68 ce"));
  EXPECT_FALSE(starts(VideoCodec::h264, "78 00 09 67 42"));  // a unit that runs over the end
  EXPECT_FALSE(starts(VideoCodec::h264, "78 00 00 00 00"));
  EXPECT_TRUE(starts(VideoCodec::h264, "7c 85 88"));
  EXPECT_FALSE(starts(VideoCodec::h264, "7c 05 88"));  // not the first fragment
  EXPECT_FALSE(starts(VideoCodec::h264, "7c 81 88"));
  EXPECT_FALSE(starts(VideoCodec::h264, "7c"));
  EXPECT_FALSE(starts(VideoCodec::h264, ""));
}

// RFC 7798 §4.4
TEST(H265KeyFrame, IsARandomAccessPictureOrParameterSet) {
  EXPECT_TRUE(starts(VideoCodec::h265, "26 01 af"));  // 19, IDR_W_RADL
  EXPECT_TRUE(starts(VideoCodec::h265, "40 01 0c"));  // 32, VPS
  EXPECT_TRUE(starts(VideoCodec::h265, "2a 01 0c"));  // 21, CRA
  EXPECT_FALSE(starts(VideoCodec::h265, "02 01 d0"));
  EXPECT_TRUE(starts(VideoCodec::h265, "60 01 00 02 40 01 00 02 42 01"));
  EXPECT_FALSE(starts(VideoCodec::h265, "60 01 00 02 02 01"));
  EXPECT_FALSE(starts(VideoCodec::h265, "60 01 00 09 40 01"));
  EXPECT_TRUE(starts(VideoCodec::h265, "62 01 93 af"));
  EXPECT_FALSE(starts(VideoCodec::h265, "62 01 13 af"));
  EXPECT_FALSE(starts(VideoCodec::h265, "62 01"));
  EXPECT_FALSE(starts(VideoCodec::h265, "26"));
}

// AV1 RTP payload format §4.4
TEST(Av1KeyFrame, IsANewSequence) {
  EXPECT_TRUE(starts(VideoCodec::av1, "18 0a 0b"));        // N
  EXPECT_FALSE(starts(VideoCodec::av1, "98 0a 0b"));       // but continuing an OBU
  EXPECT_TRUE(starts(VideoCodec::av1, "10 0a 0b"));        // a sequence header alone
  EXPECT_TRUE(starts(VideoCodec::av1, "20 02 0a 0b 32"));  // with its length before it
  EXPECT_FALSE(starts(VideoCodec::av1, "10 32 00"));       // a frame
  EXPECT_FALSE(starts(VideoCodec::av1, "20 00 0a"));
  EXPECT_FALSE(starts(VideoCodec::av1, "18"));
  EXPECT_FALSE(starts(VideoCodec::av1, ""));
}

TEST(KeyFrame, IsNeverSeenInAudio) {
  EXPECT_FALSE(starts(VideoCodec::none, "10 00"));
}

TEST(KeyFrame, ReadsWithinItsBoundsOnAnyInput) {
  base::SeededRandom random(1);
  for (int i = 0; i < 20000; ++i) {
    test::Octets payload(random.below(40));
    random.fill(payload);
    for (const auto codec :
         {VideoCodec::vp8, VideoCodec::vp9, VideoCodec::h264, VideoCodec::h265, VideoCodec::av1})
      starts_key_frame(codec, test::Octets(payload));
  }
}

}  // namespace
}  // namespace kaskado::rtp
