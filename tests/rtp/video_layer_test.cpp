#include "rtp/video_layer.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::hex;
using test::Octets;

TEST(VideoLayerOfVp8, IsReadFromTheExtendedDescriptor) {
  // X and S; I, L, T and K; picture id of 15 bits, TL0PICIDX, TID 2 with Y, KEYIDX 5.
  const Octets payload = hex("90 f0 92 34 77 a5 00");
  const VideoLayer layer = read_video_layer(VideoCodec::vp8, payload);
  EXPECT_TRUE(layer.described);
  EXPECT_EQ(layer.temporal, 2);
  EXPECT_EQ(layer.spatial, 0);
  EXPECT_TRUE(layer.sync);
  EXPECT_TRUE(layer.starts_frame);
  EXPECT_TRUE(layer.consecutive_ids);
  EXPECT_EQ(layer.picture_id_bytes, 2);
  EXPECT_EQ(picture_id(layer, payload), 0x1234);
  EXPECT_EQ(layer.tl0_offset, 4);
}

TEST(VideoLayerOfVp8, HasAShortPictureIdToo) {
  const Octets payload = hex("80 80 7f 00");
  const VideoLayer layer = read_video_layer(VideoCodec::vp8, payload);
  EXPECT_FALSE(layer.described);
  EXPECT_FALSE(layer.starts_frame);
  EXPECT_EQ(picture_id(layer, payload), 0x7f);
}

TEST(VideoLayerOfVp8, WithoutAnExtensionIsOfTheOnlyLayer) {
  const VideoLayer layer = read_video_layer(VideoCodec::vp8, hex("10 00 02"));
  EXPECT_FALSE(layer.described);
  EXPECT_EQ(layer.picture_id_bytes, 0);
}

TEST(VideoLayerOfVp9, IsReadInBothModes) {
  // I, L, B; picture id of 15 bits; TID 1, U, SID 2; TL0PICIDX, for it is not flexible.
  const Octets fixed = hex("a8 81 02 34 09 00");
  const VideoLayer layer = read_video_layer(VideoCodec::vp9, fixed);
  EXPECT_TRUE(layer.described);
  EXPECT_EQ(layer.temporal, 1);
  EXPECT_EQ(layer.spatial, 2);
  EXPECT_TRUE(layer.opens_above);
  EXPECT_FALSE(layer.inter_predicted);
  EXPECT_TRUE(layer.starts_frame);
  EXPECT_FALSE(layer.ends_frame);
  EXPECT_EQ(layer.tl0_offset, 4);
  const VideoLayer flexible = read_video_layer(VideoCodec::vp9, hex("f4 05 24 00"));
  EXPECT_TRUE(flexible.inter_predicted);
  EXPECT_TRUE(flexible.ends_frame);
  EXPECT_EQ(flexible.tl0_offset, 0);
  EXPECT_EQ(flexible.picture_id_bytes, 1);
}

TEST(VideoLayer, OfADescriptorThatIsCutShortIsNone) {
  const Octets whole = hex("90 f0 92 34 77 a5");
  for (std::size_t length = 1; length < whole.size(); ++length) {
    EXPECT_EQ(read_video_layer(VideoCodec::vp8, base::Bytes(whole).first(length)), VideoLayer{}) << length;
  }
  EXPECT_EQ(read_video_layer(VideoCodec::vp9, {}), VideoLayer{});
  EXPECT_EQ(read_video_layer(VideoCodec::h264, whole), VideoLayer{});
}

TEST(VideoLayer, NumbersWrapWithinTheirWidth) {
  Octets payload = hex("90 f0 ff fe ff a5");
  const VideoLayer layer = read_video_layer(VideoCodec::vp8, payload);
  add_to_picture_id(layer, payload.data(), 3);
  add_to_tl0(layer, payload.data(), 2);
  EXPECT_EQ(payload, hex("90 f0 80 01 01 a5"));
  Octets narrow = hex("80 80 7f 00");
  add_to_picture_id(read_video_layer(VideoCodec::vp8, narrow), narrow.data(), 2);
  EXPECT_EQ(narrow, hex("80 80 01 00"));
}

TEST(VideoLayer, IsTotalAndNeverPointsBehindThePayload) {
  base::SeededRandom random(5);
  for (int i = 0; i < 20'000; ++i) {
    Octets payload(random.u32() % 9);
    for (std::uint8_t& octet : payload) octet = static_cast<std::uint8_t>(random.u32());
    for (const VideoCodec codec : {VideoCodec::vp8, VideoCodec::vp9}) {
      const VideoLayer layer = read_video_layer(codec, payload);
      if (layer.picture_id_bytes != 0) {
        ASSERT_LE(layer.picture_id_offset + layer.picture_id_bytes, static_cast<int>(payload.size()));
      }
      if (layer.tl0_offset != 0) {
        ASSERT_LT(layer.tl0_offset, payload.size());
      }
    }
  }
}

}  // namespace
}  // namespace kaskado::rtp
