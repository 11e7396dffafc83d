// What libavcodec decodes, by samples of each (tests/codec/data/make.py).
#include <gtest/gtest.h>

#include "codec/audio_codec.hpp"
#include "samples.hpp"

namespace kaskado::codec {
namespace {

struct Sample {
  const char* file;
  CodecId codec;
  int width = 176;
  int height = 144;
  double least_psnr = 30;
};

class AvcodecSamples : public ::testing::TestWithParam<Sample> {
 protected:
  void SetUp() override {
    auto created = VideoDecoder::create(GetParam().codec, std::make_shared<PicturePool>());
    ASSERT_TRUE(created) << created.error().message;
    decoder_ = std::move(*created);
    frames_ = read_frames(std::string(GetParam().file) + ".ivf");
    ASSERT_GE(frames_.size(), 24u);
  }

  std::unique_ptr<VideoDecoder> decoder_;
  std::vector<SampleFrame> frames_;
  std::vector<VideoDecoder::Decoded> pictures_;
};

TEST_P(AvcodecSamples, AllPicturesInOrder) {
  for (const SampleFrame& frame : frames_) {
    const auto decoded = decoder_->decode(frame.bytes, frame.number, pictures_);
    ASSERT_TRUE(decoded) << decoded.error().message;
  }
  decoder_->flush(pictures_);
  ASSERT_EQ(pictures_.size(), 24u);
  Picture expected(GetParam().width, GetParam().height);
  for (std::size_t i = 0; i < pictures_.size(); ++i) {
    EXPECT_EQ(pictures_[i].tag, static_cast<std::int64_t>(i));
    ASSERT_EQ(pictures_[i].picture->width(), GetParam().width);
    ASSERT_EQ(pictures_[i].picture->height(), GetParam().height);
    draw_pattern(expected, static_cast<int>(i));
    EXPECT_GT(psnr(*pictures_[i].picture, expected), GetParam().least_psnr) << i;
  }
}

TEST_P(AvcodecSamples, GarbageIsAnErrorAndTheNextKeyFrameHeals) {
  const ByteVector garbage(300, 0xa5);
  EXPECT_FALSE(decoder_->decode(garbage, 0, pictures_));
  EXPECT_FALSE(decoder_->decode({}, 0, pictures_));
  EXPECT_FALSE(decoder_->decode(frames_[1].bytes, 0, pictures_)) << "no key frame yet";
  EXPECT_TRUE(pictures_.empty());
  for (std::size_t i = 0; i < 6; ++i)
    ASSERT_TRUE(decoder_->decode(frames_[i].bytes, frames_[i].number, pictures_));
  decoder_->flush(pictures_);
  ASSERT_FALSE(pictures_.empty());
  EXPECT_EQ(pictures_[0].tag, 0);
}

TEST_P(AvcodecSamples, FramesThatAreCutShortNeverGiveMoreThanTheWholeOnes) {
  std::size_t most = 0;
  for (int round = 0; round < 3; ++round) {
    for (const SampleFrame& frame : frames_) {
      const std::size_t kept = frame.bytes.size() * static_cast<std::size_t>(round + 1) / 4;
      const auto decoded = decoder_->decode(base::Bytes(frame.bytes).first(kept), frame.number, pictures_);
      (void)decoded;
      ++most;
    }
  }
  EXPECT_LE(pictures_.size(), most);
  pictures_.clear();
  decoder_->flush(pictures_);
  pictures_.clear();
  ASSERT_TRUE(decoder_->decode(frames_[0].bytes, 0, pictures_));
}

INSTANTIATE_TEST_SUITE_P(Files, AvcodecSamples,
                         ::testing::Values(Sample{"h264_high_b_frames", CodecId::h264},
                                           Sample{"h264_main_interlaced", CodecId::h264},
                                           Sample{"h264_high_422", CodecId::h264},
                                           Sample{"h265", CodecId::h265}, Sample{"av1", CodecId::av1},
                                           Sample{.file = "h263", .codec = CodecId::h263, .least_psnr = 28},
                                           Sample{"h263_plus", CodecId::h263, 180, 140, 28}),
                         [](const auto& sample) { return std::string(sample.param.file); });

std::vector<std::int16_t> decode_all(AudioDecoder& decoder, const std::vector<ByteVector>& frames) {
  std::vector<std::int16_t> samples;
  for (const ByteVector& frame : frames) EXPECT_TRUE(decoder.decode(frame, samples));
  return samples;
}

TEST(AvcodecAudio, AmrIsDecodedWithSeveralFramesInAPayload) {
  auto decoder = AudioDecoder::create(CodecId::amr_nb, {.sample_rate = 8000, .channels = 1});
  ASSERT_TRUE(decoder) << decoder.error().message;
  const ByteVector stream = read_sample("sine_300_hz.amr");
  ASSERT_EQ(stream.size(), 25u * 32);
  std::vector<ByteVector> payloads;  // of one frame, two, three, …
  for (std::size_t at = 0, frames = 1; at < stream.size(); ++frames) {
    const std::size_t bytes = std::min(frames * 32, stream.size() - at);
    payloads.emplace_back(stream.begin() + static_cast<std::ptrdiff_t>(at),
                          stream.begin() + static_cast<std::ptrdiff_t>(at + bytes));
    at += bytes;
  }
  const auto samples = decode_all(**decoder, payloads);
  ASSERT_EQ(samples.size(), 25u * 160);
  EXPECT_GT(tone_to_noise(std::span(samples).subspan(800), 300, 8000), 15);
}

TEST(AvcodecAudio, AmrFramesWithoutSpeech) {
  auto decoder = AudioDecoder::create(CodecId::amr_nb, {.sample_rate = 8000, .channels = 1});
  ASSERT_TRUE(decoder);
  std::vector<std::int16_t> samples;
  EXPECT_TRUE((*decoder)->decode(ByteVector{8 << 3 | 4, 1, 2, 3, 4, 5}, samples)) << "comfort noise";
  EXPECT_TRUE((*decoder)->decode(ByteVector{15 << 3 | 4}, samples)) << "no data";
  EXPECT_EQ(samples.size(), 320u);
  EXPECT_FALSE((*decoder)->decode(ByteVector{9 << 3 | 4, 1, 2}, samples)) << "no such type";
  EXPECT_FALSE((*decoder)->decode(ByteVector{7 << 3 | 4, 1, 2}, samples)) << "cut short";
  EXPECT_FALSE((*decoder)->decode(ByteVector{15 << 3 | 4, 7 << 3 | 4}, samples)) << "the second cut short";
  EXPECT_FALSE((*decoder)->decode({}, samples));
  EXPECT_EQ(samples.size(), 320u);
}

TEST(AvcodecAudio, SpeexAtEachOfItsRates) {
  ASSERT_TRUE(AudioEncoder::can_encode(CodecId::speex));
  for (const int rate : {8000, 16000, 32000}) {
    auto encoder =
        AudioEncoder::create({.codec = CodecId::speex, .format = {rate, 1}, .bitrate_bps = 24'000});
    ASSERT_TRUE(encoder) << encoder.error().message;
    auto decoder = AudioDecoder::create(CodecId::speex, {rate, 1});
    ASSERT_TRUE(decoder) << decoder.error().message;
    EXPECT_EQ((*encoder)->format().sample_rate, rate);
    const int count = (*encoder)->samples_per_frame();
    EXPECT_EQ(count, rate / 50);
    std::vector<std::int16_t> heard;
    for (int i = 0; i < 50; ++i) {
      if (i == 25) (*encoder)->set_bitrate(15'000);
      ByteVector frame;
      ASSERT_TRUE((*encoder)->encode(sine(400, rate, i * count, count), frame));
      ASSERT_FALSE(frame.empty());
      ASSERT_TRUE((*decoder)->decode(frame, heard));
    }
    EXPECT_EQ(heard.size(), static_cast<std::size_t>(50 * count));
    EXPECT_GT(tone_to_noise(std::span(heard).subspan(static_cast<std::size_t>(10 * count),
                                                     static_cast<std::size_t>(10 * count)),
                            400, rate),
              10)
        << rate;
    std::vector<std::int16_t> made_up;
    (*decoder)->conceal(777, {}, made_up);
    EXPECT_EQ(made_up.size(), 777u);
    EXPECT_GT(energy(made_up), 0);
  }
}

TEST(AvcodecAudio, WhatLibavcodecLacksIsAnError) {
  if (AudioEncoder::can_encode(CodecId::amr_nb)) GTEST_SKIP() << "this libavcodec has libopencore-amrnb";
  const auto encoder =
      AudioEncoder::create({.codec = CodecId::amr_nb, .format = {8000, 1}, .bitrate_bps = 12'200});
  ASSERT_FALSE(encoder);
  EXPECT_NE(encoder.error().message.find("libavcodec"), std::string::npos);
}

}  // namespace
}  // namespace kaskado::codec
