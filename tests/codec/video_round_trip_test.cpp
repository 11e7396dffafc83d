// Each codec that is both encoded and decoded: what comes out is what went in, at the bitrate that was asked
// for.
#include <gtest/gtest.h>

#include <optional>

#include "synthetic.hpp"

namespace kaskado::codec {
namespace {

constexpr int kRate = 30;

base::Duration time_of(int number) {
  return std::chrono::nanoseconds(1'000'000'000LL * number / kRate);
}

class VideoRoundTrip : public ::testing::TestWithParam<CodecId> {
 protected:
  void start(int width, int height, int bitrate_bps, int threads = 1) {
    auto encoder = VideoEncoder::create({.codec = GetParam(),
                                         .width = width,
                                         .height = height,
                                         .bitrate_bps = bitrate_bps,
                                         .frames_per_second = kRate,
                                         .threads = threads});
    ASSERT_TRUE(encoder) << encoder.error().message;
    encoder_ = std::move(*encoder);
    auto decoder = VideoDecoder::create(GetParam(), pool_);
    ASSERT_TRUE(decoder) << decoder.error().message;
    decoder_ = std::move(*decoder);
    source_ = pool_->acquire(width, height);
  }

  EncodedPicture encode(int number, bool key_frame = false) {
    draw_pattern(*source_, number);
    auto encoded = encoder_->encode(*source_, time_of(number), key_frame);
    EXPECT_TRUE(encoded) << encoded.error().message;
    return encoded ? *encoded : EncodedPicture{};
  }

  // The frame's picture, if it is one and was decoded.
  PictureRef decode(base::Bytes frame, std::int64_t tag = 0) {
    std::vector<VideoDecoder::Decoded> pictures;
    const auto decoded = decoder_->decode(frame, tag, pictures);
    if (!decoded) last_error_ = decoded.error().message;
    if (!decoded || pictures.size() != 1) return nullptr;
    EXPECT_EQ(pictures[0].tag, tag);
    return pictures[0].picture;
  }

  std::shared_ptr<PicturePool> pool_ = std::make_shared<PicturePool>();
  std::unique_ptr<VideoEncoder> encoder_;
  std::unique_ptr<VideoDecoder> decoder_;
  MutablePictureRef source_;
  std::string last_error_;
};

TEST_P(VideoRoundTrip, TwoSecondsOfVgaAtAMegabit) {
  ASSERT_NO_FATAL_FAILURE(start(640, 480, 1'000'000));
  double sum = 0, worst = 100;
  std::size_t bytes = 0;
  int shown = 0;
  for (int number = 0; number < 2 * kRate; ++number) {
    const EncodedPicture encoded = encode(number);
    if (!encoded.bytes) continue;
    EXPECT_EQ(encoded.key_frame, number == 0);
    const PictureRef picture = decode(*encoded.bytes, number);
    ASSERT_TRUE(picture) << "of frame " << number << ": " << last_error_;
    ASSERT_EQ(picture->width(), 640);
    ASSERT_EQ(picture->height(), 480);
    const double quality = psnr(*picture, *source_);
    sum += quality;
    worst = std::min(worst, quality);
    bytes += encoded.bytes->size();
    ++shown;
  }
  RecordProperty("mean_db", std::to_string(sum / shown));
  RecordProperty("bytes", std::to_string(bytes));
  EXPECT_GE(sum / shown, 36);
  EXPECT_GE(worst, 26);
  EXPECT_GE(shown, 50) << "rate control leaves out too much";
  EXPECT_LT(bytes * 8, 2'600'000u);
}

TEST_P(VideoRoundTrip, AKeyFrameComesInTheFrameThatItIsAskedFor) {
  ASSERT_NO_FATAL_FAILURE(start(320, 240, 500'000));
  for (int number = 0; number < 60; ++number) {
    const bool asked = number == 17 || number == 18 || number == 45;
    const EncodedPicture encoded = encode(number, asked);
    if (!asked) {
      EXPECT_FALSE(encoded.key_frame && number > 0) << number;
      continue;
    }
    ASSERT_TRUE(encoded.bytes) << number;
    EXPECT_TRUE(encoded.key_frame) << number;
    // It needs nothing that was before.
    auto fresh = VideoDecoder::create(GetParam(), pool_);
    ASSERT_TRUE(fresh);
    decoder_ = std::move(*fresh);
    const PictureRef picture = decode(*encoded.bytes);
    ASSERT_TRUE(picture) << number;
    EXPECT_GT(psnr(*picture, *source_), 22) << number;
  }
}

TEST_P(VideoRoundTrip, AKeyFrameIsNotLeftOutWhereTheBitrateIsSpent) {
  ASSERT_NO_FATAL_FAILURE(start(640, 480, 100'000));
  for (int number = 0; number < 30; ++number) {
    const EncodedPicture encoded = encode(number, number % 5 == 0);
    if (number % 5 == 0) {
      ASSERT_TRUE(encoded.bytes) << number;
      EXPECT_TRUE(encoded.key_frame) << number;
    }
  }
}

TEST_P(VideoRoundTrip, ANewBitrateIsFollowedWithinASecond) {
  ASSERT_NO_FATAL_FAILURE(start(640, 480, 300'000));
  const auto bits_of_second = [&](int second) {
    std::size_t bytes = 0;
    for (int number = second * kRate; number < (second + 1) * kRate; ++number)
      if (const EncodedPicture encoded = encode(number); encoded.bytes) bytes += encoded.bytes->size();
    return static_cast<double>(bytes) * 8;
  };
  for (int second = 0; second < 3; ++second) bits_of_second(second);
  EXPECT_LT(bits_of_second(3), 450'000);
  encoder_->set_bitrate(1'500'000);
  bits_of_second(4);
  const double raised = bits_of_second(5);
  EXPECT_GT(raised, 900'000);
  EXPECT_LT(raised, 2'000'000);
  encoder_->set_bitrate(300'000);
  bits_of_second(6);
  EXPECT_LT(bits_of_second(7), 480'000);
}

TEST_P(VideoRoundTrip, OddSizes) {
  if (GetParam() == CodecId::h263) GTEST_SKIP() << "H.263 has multiples of 4 only";
  ASSERT_NO_FATAL_FAILURE(start(641, 359, 800'000));
  const bool even_only = GetParam() == CodecId::h264;
  for (int number = 0; number < 10; ++number) {
    const EncodedPicture encoded = encode(number);
    if (!encoded.bytes) continue;
    const PictureRef picture = decode(*encoded.bytes);
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->width(), even_only ? 640 : 641);
    EXPECT_EQ(picture->height(), even_only ? 358 : 359);
    EXPECT_GT(psnr(*picture, *source_), 26) << number;
  }
}

TEST_P(VideoRoundTrip, MoreThreadsThanOne) {
  ASSERT_NO_FATAL_FAILURE(start(1280, 720, 2'000'000, 2));
  for (int number = 0; number < 10; ++number) {
    const EncodedPicture encoded = encode(number);
    if (!encoded.bytes) continue;
    const PictureRef picture = decode(*encoded.bytes);
    ASSERT_TRUE(picture);
    EXPECT_GT(psnr(*picture, *source_), 26) << number;
  }
}

TEST_P(VideoRoundTrip, NothingIsShownBeforeAKeyFrame) {
  ASSERT_NO_FATAL_FAILURE(start(320, 240, 500'000));
  encode(0);
  const EncodedPicture second = encode(1);
  ASSERT_TRUE(second.bytes);
  EXPECT_FALSE(decode(*second.bytes));
  const EncodedPicture key = encode(2, true);
  EXPECT_TRUE(decode(*key.bytes));
  const EncodedPicture next = encode(3);
  EXPECT_TRUE(decode(*next.bytes));
}

TEST_P(VideoRoundTrip, GarbageIsAnErrorAndTheNextKeyFrameHeals) {
  ASSERT_NO_FATAL_FAILURE(start(320, 240, 500'000));
  ASSERT_TRUE(decode(*encode(0).bytes));
  std::vector<VideoDecoder::Decoded> pictures;
  EXPECT_FALSE(decoder_->decode({}, 0, pictures));
  const ByteVector garbage(500, 0xa5);
  EXPECT_FALSE(decoder_->decode(garbage, 0, pictures));
  EXPECT_TRUE(pictures.empty());
  const EncodedPicture key = encode(1, true);
  const PictureRef healed = decode(*key.bytes);
  ASSERT_TRUE(healed);
  EXPECT_GT(psnr(*healed, *source_), 22);
}

TEST_P(VideoRoundTrip, AfterAFrameThatIsCutShortAKeyFrameHeals) {
  ASSERT_NO_FATAL_FAILURE(start(320, 240, 500'000));
  int errors = 0;
  for (int number = 0; number < 40; number += 4) {
    const EncodedPicture key = encode(number, true);
    ASSERT_TRUE(key.bytes);
    // A tenth, two tenths, … of a key frame; then the whole of another.
    const std::size_t kept = key.bytes->size() * static_cast<std::size_t>(number / 4) / 10;
    std::vector<VideoDecoder::Decoded> pictures;
    if (!decoder_->decode(base::Bytes(*key.bytes).first(kept), 0, pictures)) {
      ++errors;
      EXPECT_TRUE(pictures.empty());
      const EncodedPicture next = encode(number + 1);
      EXPECT_FALSE(next.bytes && decode(*next.bytes)) << "a frame that builds on one that was not decoded";
    }
    const EncodedPicture whole = encode(number + 2, true);
    const PictureRef healed = decode(*whole.bytes);
    ASSERT_TRUE(healed) << number;
    EXPECT_GT(psnr(*healed, *source_), 22) << number;
  }
  EXPECT_GE(errors, 5);
}

TEST_P(VideoRoundTrip, PicturesOfAnotherSizeAreRefused) {
  ASSERT_NO_FATAL_FAILURE(start(320, 240, 500'000));
  EXPECT_FALSE(encoder_->encode(Picture(160, 120), {}, false));
  EXPECT_TRUE(encode(0).key_frame);
}

TEST_P(VideoRoundTrip, TimeMayStandStill) {
  ASSERT_NO_FATAL_FAILURE(start(320, 240, 500'000));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(encoder_->encode(*source_, std::chrono::seconds(7), false));
}

std::string name_of(const ::testing::TestParamInfo<CodecId>& info) {
  switch (info.param) {
    case CodecId::vp8:
      return "VP8";
    case CodecId::vp9:
      return "VP9";
    case CodecId::h264:
      return "H264";
    default:
      return "H263";
  }
}

INSTANTIATE_TEST_SUITE_P(Codecs, VideoRoundTrip,
                         ::testing::Values(CodecId::vp8, CodecId::vp9, CodecId::h264, CodecId::h263),
                         name_of);

TEST(VideoCodecs, WhatCanBeEncoded) {
  for (const CodecId codec : {CodecId::vp8, CodecId::vp9, CodecId::h264, CodecId::h263})
    EXPECT_TRUE(VideoEncoder::can_encode(codec));
  for (const CodecId codec : {CodecId::h265, CodecId::av1, CodecId::opus, CodecId::pcmu})
    EXPECT_FALSE(VideoEncoder::can_encode(codec));
}

TEST(VideoCodecs, SettingsThatCannotBe) {
  const auto refused = [](VideoEncoderSettings settings) { return !VideoEncoder::create(settings); };
  const VideoEncoderSettings good{.codec = CodecId::vp8, .width = 64, .height = 64};
  EXPECT_FALSE(refused(good));
  auto bad = good;
  bad.width = 0;
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.height = Picture::kMaxHeight + 1;
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.bitrate_bps = 0;
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.frames_per_second = 0;
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.codec = CodecId::opus;
  EXPECT_TRUE(refused(bad));
  bad = good;
  bad.codec = CodecId::h265;
  EXPECT_TRUE(refused(bad));
  EXPECT_FALSE(VideoDecoder::create(CodecId::pcmu, std::make_shared<PicturePool>()));
}

}  // namespace
}  // namespace kaskado::codec
