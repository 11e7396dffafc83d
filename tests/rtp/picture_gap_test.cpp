#include "rtp/picture_gap.hpp"

#include <gtest/gtest.h>

#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::Octets;

MediaPacket packet_of(base::PacketPool& pool, VideoCodec codec, Octets payload, bool marker) {
  MediaPacket packet = test::make_media(pool, {.marker = marker, .payload = std::move(payload)});
  packet.layer = read_video_layer(codec, packet.payload());
  return packet;
}

// |X|R|N|S|R| PID |, |I|…|, picture id: of 15 bits above 127 or where it says so.
Octets vp8(std::uint16_t picture, bool starts, bool wide = true) {
  Octets payload{static_cast<std::uint8_t>(0x80 | (starts ? 0x10 : 0)), 0x80};
  if (wide) payload.push_back(static_cast<std::uint8_t>(0x80 | picture >> 8));
  payload.push_back(static_cast<std::uint8_t>(picture));
  payload.push_back(1);
  return payload;
}

class PictureGap : public testing::Test {
 protected:
  bool follows(const Octets& last, bool marker, const Octets& first, VideoCodec codec = VideoCodec::vp8) {
    return follows_at_once(packet_of(pool_, codec, last, marker), packet_of(pool_, codec, first, false));
  }
  base::PacketPool pool_{64};
};

TEST_F(PictureGap, IsEmptyBetweenTheEndOfOneAndTheBeginOfTheNext) {
  EXPECT_TRUE(follows(vp8(300, true), true, vp8(301, true)));
  EXPECT_TRUE(follows(vp8(0x7fff, false), true, vp8(0, true)));
  EXPECT_TRUE(follows(vp8(127, false, false), true, vp8(0, true, false)));
  // Of VP9: |I|P|L|F|B|E|V|Z|, picture id.
  EXPECT_TRUE(follows({0x84, 0x80, 9, 1}, true, {0x88, 0x80, 10, 1}, VideoCodec::vp9));
}

TEST_F(PictureGap, MayHideMediaOtherwise) {
  EXPECT_FALSE(follows(vp8(300, true), false, vp8(301, true))) << "more of the first may follow";
  EXPECT_FALSE(follows(vp8(300, true), true, vp8(301, false))) << "more of the second may go before";
  EXPECT_FALSE(follows(vp8(300, true), true, vp8(302, true))) << "a picture is missing";
  EXPECT_FALSE(follows(vp8(100, true), true, vp8(101, true, false))) << "ids of two widths";
  EXPECT_FALSE(follows({0x10, 1}, true, {0x10, 1})) << "no ids";
  EXPECT_FALSE(follows({0x65}, true, {0x65}, VideoCodec::h264));
  // A spatial layer above the lowest begins.
  EXPECT_FALSE(follows({0x84, 0x80, 9, 1}, true, {0xa8, 0x80, 10, 0x02, 1, 1}, VideoCodec::vp9));
}

}  // namespace
}  // namespace kaskado::rtp
