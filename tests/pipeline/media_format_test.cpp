#include "pipeline/media_format.hpp"

#include "fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

MediaFormat h264(std::uint8_t payload_type, const std::string& profile, const char* mode) {
  return format(payload_type, "H264", 90'000, "profile-level-id=" + profile + ";packetization-mode=" + mode);
}

using Pairs = std::vector<std::pair<int, int>>;

Pairs matched(const std::vector<MediaFormat>& source, const std::vector<MediaFormat>& sink) {
  Pairs pairs;
  for (const rtp::SendPayload& pair : match_payloads(source, sink)) {
    pairs.emplace_back(pair.source.value, pair.output.value);
  }
  return pairs;
}

TEST(MediaFormat, ForwardsTheSameEncodingWhateverItsNumberAndCase) {
  EXPECT_TRUE(forwards_as(format(96, "VP8"), format(120, "vp8")));
  EXPECT_FALSE(forwards_as(format(96, "VP8"), format(96, "VP9")));
  EXPECT_FALSE(forwards_as(format(0, "PCMU", 8000), format(0, "PCMU", 16'000)));
}

TEST(MediaFormat, ForwardsNoH264ThatTheOtherSideCannotDecode) {
  const MediaFormat baseline = h264(102, "42e01f", "1");
  EXPECT_TRUE(forwards_as(baseline, h264(125, "42e01f", "1")));
  EXPECT_FALSE(forwards_as(baseline, h264(125, "42e01f", "0")));
  EXPECT_FALSE(forwards_as(h264(102, "640032", "1"), h264(125, "42e01f", "1")));
}

TEST(MediaFormat, ForwardsVp9OfTheSameProfileOnly) {
  EXPECT_TRUE(forwards_as(format(98, "VP9"), format(98, "VP9", 90'000, "profile-id=0")));
  EXPECT_FALSE(forwards_as(format(98, "VP9", 90'000, "profile-id=2"), format(98, "VP9")));
}

TEST(MediaFormat, FindsForEachOfTheSourceTheFirstThatTheSinkTakes) {
  const std::vector<MediaFormat> source{format(96, "VP8"), h264(102, "42e01f", "1"), format(45, "AV1")};
  EXPECT_EQ(matched(source, {h264(120, "42e01f", "0"), h264(121, "42e01f", "1"), format(100, "VP8"),
                             format(101, "VP8")}),
            (Pairs{{96, 100}, {102, 121}}));
  EXPECT_EQ(matched(source, {format(98, "VP9")}), Pairs{});
  EXPECT_EQ(matched({}, {format(98, "VP9")}), Pairs{});
}

TEST(MediaFormat, KnowsWhosePayloadsAreUnderstood) {
  EXPECT_EQ(video_codec_of(format(96, "vp8").codec), rtp::VideoCodec::vp8);
  EXPECT_EQ(video_codec_of(format(96, "VP9").codec), rtp::VideoCodec::vp9);
  EXPECT_EQ(video_codec_of(format(96, "H264").codec), rtp::VideoCodec::h264);
  EXPECT_EQ(video_codec_of(format(96, "H265").codec), rtp::VideoCodec::h265);
  EXPECT_EQ(video_codec_of(format(96, "AV1").codec), rtp::VideoCodec::av1);
  EXPECT_EQ(video_codec_of(format(96, "opus").codec), rtp::VideoCodec::none);
}

}  // namespace
}  // namespace kaskado::pipeline::test
