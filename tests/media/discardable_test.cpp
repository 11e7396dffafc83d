// What payloads say of whether others need their frame, which the jitter buffer asks of frames that are torn.
#include <gtest/gtest.h>

#include "codec/depacketizer.hpp"

namespace kaskado::codec {
namespace {

using Octets = std::vector<std::uint8_t>;

bool is_discardable(CodecId codec, const Octets& payload) {
  return Depacketizer::create({.codec = codec})->is_discardable(payload);
}

TEST(Discardable, IsSaidByVp8InEveryPayload) {
  EXPECT_TRUE(is_discardable(CodecId::vp8, {0x30, 1, 2}));
  EXPECT_TRUE(is_discardable(CodecId::vp8, {0x20, 1, 2})) << "not only in the first";
  EXPECT_FALSE(is_discardable(CodecId::vp8, {0x10, 1, 2}));
  EXPECT_FALSE(is_discardable(CodecId::vp8, {0x20}));
  EXPECT_FALSE(is_discardable(CodecId::vp8, {}));
}

TEST(Discardable, IsSaidByTheSlicesOfH264) {
  EXPECT_TRUE(is_discardable(CodecId::h264, {0x01, 0x9a}));
  EXPECT_FALSE(is_discardable(CodecId::h264, {0x41, 0x9a}));
  EXPECT_TRUE(is_discardable(CodecId::h264, {0x1c, 0x01, 0x9a})) << "a fragment";
  EXPECT_FALSE(is_discardable(CodecId::h264, {0x5c, 0x01, 0x9a}));
  EXPECT_FALSE(is_discardable(CodecId::h264, {0x06, 0x05})) << "a message, of any picture";
  EXPECT_FALSE(is_discardable(CodecId::h264, {0x18, 0, 2, 0x06, 0x05})) << "an aggregation";
  EXPECT_FALSE(is_discardable(CodecId::h264, {0x1c}));
  EXPECT_FALSE(is_discardable(CodecId::h264, {}));
}

TEST(Discardable, IsNotSaidByOthers) {
  EXPECT_FALSE(is_discardable(CodecId::vp9, {0x30, 1, 2}));
  EXPECT_FALSE(is_discardable(CodecId::h265, {0x02, 0x01, 0x80}));
}

}  // namespace
}  // namespace kaskado::codec
