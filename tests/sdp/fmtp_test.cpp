#include "sdp/fmtp.hpp"

#include <gtest/gtest.h>

#include "sdp/h264.hpp"

namespace kaskado::sdp {
namespace {

bool match(const char* encoding, const char* a, const char* b) {
  return formats_match(encoding, FormatParameters(a), FormatParameters(b));
}

TEST(FormatParameters, FindsByNameInAnyCaseAndKeepsTheText) {
  const FormatParameters p(" Profile-Level-Id=42e01f ;packetization-mode=1; flag ;x=");
  EXPECT_EQ(p.find("profile-level-id"), "42e01f");
  EXPECT_EQ(p.number("PACKETIZATION-MODE"), 1u);
  EXPECT_EQ(p.find("flag"), "");
  EXPECT_EQ(p.find("x"), "");
  EXPECT_EQ(p.find("y"), std::nullopt);
  EXPECT_EQ(p.number("profile-level-id"), std::nullopt);
  EXPECT_EQ(p.entries().size(), 4u);
  EXPECT_EQ(p.text(), " Profile-Level-Id=42e01f ;packetization-mode=1; flag ;x=");
}

TEST(FormatParameters, SetsInPlaceOrAppends) {
  FormatParameters p("a=1;b;c=3");
  p.set("C", "4");
  EXPECT_EQ(p.text(), "a=1;b;c=4");
  p.set("d", "5");
  EXPECT_EQ(p.text(), "a=1;b;c=4;d=5");
  FormatParameters empty;
  empty.set("x", "1");
  EXPECT_EQ(empty.text(), "x=1");
}

TEST(H264, ReadsProfilesOfTable5) {
  const auto profile = [](const char* text) { return parse_h264_profile_level_id(text).value().profile; };
  for (const char* text :
       {"42e01f", "42c01f", "42C01F", "42e00b", "42f00b", "425010", "4d801f", "4de01f", "58c01f", "58f01f"}) {
    EXPECT_EQ(profile(text), H264Profile::constrained_baseline) << text;
  }
  for (const char* text : {"42001f", "42a01f", "42801f", "58801f", "58a01f"}) {
    EXPECT_EQ(profile(text), H264Profile::baseline) << text;
  }
  EXPECT_EQ(profile("4d001f"), H264Profile::main);
  EXPECT_EQ(profile("4d401f"), H264Profile::main);
  EXPECT_EQ(profile("58001f"), H264Profile::extended);
  EXPECT_EQ(profile("64001f"), H264Profile::high);
  EXPECT_EQ(profile("640c1f"), H264Profile::constrained_high);
  EXPECT_EQ(profile("64081f"), H264Profile::progressive_high);
  EXPECT_EQ(profile("6e101f"), H264Profile::high_10_intra);
  EXPECT_EQ(profile("f4001f"), H264Profile::high_444);
  EXPECT_EQ(profile("2c101f"), H264Profile::cavlc_444_intra);
}

TEST(H264, RefusesWhatIsNoProfileLevelId) {
  for (const char* text : {"", "42e0", "42e01f0", "42e01g", "-2e01f", "42e000", "ffffff", "42e11f", "64ff1f",
                           " 2e01f", "0x42e0"}) {
    EXPECT_EQ(parse_h264_profile_level_id(text), std::nullopt) << text;
  }
}

TEST(H264, OrdersLevelsWith1bBetween1And1_1) {
  const auto level = [](const char* text) { return parse_h264_profile_level_id(text).value().level; };
  EXPECT_EQ(level("42e01f"), 31);
  EXPECT_EQ(level("42f00b"), kH264Level1b);
  EXPECT_EQ(level("42e00b"), 11);
  EXPECT_EQ(level("640009"), kH264Level1b);
  EXPECT_EQ(compare_h264_levels(10, kH264Level1b), -1);
  EXPECT_EQ(compare_h264_levels(kH264Level1b, 11), -1);
  EXPECT_EQ(compare_h264_levels(31, 31), 0);
  EXPECT_EQ(compare_h264_levels(52, 31), 1);
}

TEST(H264, ReplacesTheLevelAlone) {
  EXPECT_EQ(with_h264_level("42e034", 31), "42e01f");
  EXPECT_EQ(with_h264_level("42E01F", kH264Level1b), "42f00b");
  EXPECT_EQ(with_h264_level("42f00b", 11), "42e00b");
  EXPECT_EQ(with_h264_level("64001f", kH264Level1b), "640009");
}

TEST(FormatsMatch, H264WantsProfileAndPacketizationMode) {
  EXPECT_TRUE(match("H264", "profile-level-id=42e01f;packetization-mode=1",
                    "packetization-mode=1;profile-level-id=42c034"));
  EXPECT_TRUE(match("h264", "profile-level-id=42e01f", "packetization-mode=0;profile-level-id=4d801f"));
  EXPECT_TRUE(match("H264", "", "profile-level-id=42e01f"));
  EXPECT_FALSE(match("H264", "profile-level-id=42e01f;packetization-mode=1", "profile-level-id=42e01f"));
  EXPECT_FALSE(match("H264", "profile-level-id=42001f", "profile-level-id=42e01f"));
  EXPECT_FALSE(match("H264", "profile-level-id=64001f", "profile-level-id=640c1f"));
  EXPECT_FALSE(match("H264", "profile-level-id=nonsense", "profile-level-id=nonsense"));
}

TEST(FormatsMatch, OtherEncodings) {
  EXPECT_TRUE(match("VP9", "", "profile-id=0"));
  EXPECT_FALSE(match("VP9", "profile-id=2", "profile-id=0"));
  EXPECT_TRUE(match("AV1", "level-idx=5;profile=0;tier=0", ""));
  EXPECT_FALSE(match("AV1", "profile=1", "profile=0"));
  EXPECT_TRUE(match("H265", "level-id=93;tx-mode=SRST", "profile-id=1;tier-flag=0"));
  EXPECT_FALSE(match("H265", "profile-id=2", ""));
  EXPECT_FALSE(match("H265", "tier-flag=1", "tier-flag=0"));
  EXPECT_TRUE(match("opus", "stereo=1;useinbandfec=1", "minptime=10"));
  EXPECT_TRUE(match("VP8", "max-fs=12288;max-fr=60", ""));
  EXPECT_FALSE(match("rtx", "apt=96", "apt=96"));
}

TEST(AnswerFormat, LowersTheLevelUnlessBothAllowAsymmetry) {
  const auto answer = [](const char* offered, const char* local) {
    return answer_format("H264", FormatParameters(offered), FormatParameters(local)).text();
  };
  EXPECT_EQ(
      answer("profile-level-id=42e034;packetization-mode=1", "packetization-mode=1;profile-level-id=42e01f"),
      "profile-level-id=42e01f;packetization-mode=1");
  EXPECT_EQ(answer("level-asymmetry-allowed=1;profile-level-id=42e034", "profile-level-id=42e01f"),
            "level-asymmetry-allowed=1;profile-level-id=42e01f");
  EXPECT_EQ(answer("level-asymmetry-allowed=1;profile-level-id=42e034",
                   "level-asymmetry-allowed=1;profile-level-id=42e01f"),
            "level-asymmetry-allowed=1;profile-level-id=42e034");
  EXPECT_EQ(answer("profile-level-id=42c00d", "profile-level-id=42e01f"), "profile-level-id=42c00d");
}

TEST(SameEncoding, ComparesNameRateAndChannels) {
  const RtpCodec opus{.name = "opus", .clock_rate = 48000, .channels = 2};
  EXPECT_TRUE(same_encoding(opus, {.name = "OPUS", .clock_rate = 48000, .channels = 2}));
  EXPECT_TRUE(same_encoding(opus, {.name = "opus", .clock_rate = 48000}));  // some leave the channels out
  EXPECT_FALSE(same_encoding(opus, {.name = "opus", .clock_rate = 16000, .channels = 2}));
  const RtpCodec l16{.name = "L16", .clock_rate = 44100, .channels = 2};
  EXPECT_FALSE(same_encoding(l16, {.name = "L16", .clock_rate = 44100}));
}

TEST(RepairedPayloadType, IsTheAptOfRtx) {
  EXPECT_EQ(repaired_payload_type({.name = "RTX", .parameters = FormatParameters("apt=96;rtx-time=100")}),
            96);
  EXPECT_EQ(repaired_payload_type({.name = "rtx", .parameters = FormatParameters("apt=300")}), std::nullopt);
  EXPECT_EQ(repaired_payload_type({.name = "rtx"}), std::nullopt);
  EXPECT_EQ(repaired_payload_type({.name = "VP8", .parameters = FormatParameters("apt=96")}), std::nullopt);
}

}  // namespace
}  // namespace kaskado::sdp
