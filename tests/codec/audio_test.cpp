// Opus and G.711.
#include <gtest/gtest.h>

#include "codec/audio_codec.hpp"
#include "codec/concealment.hpp"
#include "codec/g711.hpp"
#include "synthetic.hpp"

namespace kaskado::codec {
namespace {

constexpr int kOpusFrame = 960;

std::unique_ptr<AudioEncoder> opus_encoder(int channels, int bitrate_bps, int loss_percent = 0) {
  auto encoder = AudioEncoder::create({.codec = CodecId::opus,
                                       .format = {48000, channels},
                                       .bitrate_bps = bitrate_bps,
                                       .expected_loss_percent = loss_percent});
  EXPECT_TRUE(encoder) << encoder.error().message;
  return std::move(*encoder);
}

std::unique_ptr<AudioDecoder> opus_decoder(int channels) {
  auto decoder = AudioDecoder::create(CodecId::opus, {48000, channels});
  EXPECT_TRUE(decoder) << decoder.error().message;
  return std::move(*decoder);
}

TEST(Opus, ASineComesOutAsOne) {
  for (const int channels : {1, 2}) {
    const auto encoder = opus_encoder(channels, channels * 32'000);
    const auto decoder = opus_decoder(channels);
    EXPECT_EQ(encoder->format(), (AudioFormat{48000, channels}));
    EXPECT_EQ(decoder->format(), (AudioFormat{48000, channels}));
    ASSERT_EQ(encoder->samples_per_frame(), kOpusFrame);
    std::vector<std::int16_t> heard;
    std::size_t bytes = 0;
    for (int i = 0; i < 50; ++i) {
      ByteVector frame;
      ASSERT_TRUE(encoder->encode(sine(440, 48000, i * kOpusFrame, kOpusFrame, channels), frame));
      ASSERT_FALSE(frame.empty());
      bytes += frame.size();
      ASSERT_TRUE(decoder->decode(frame, heard));
    }
    ASSERT_EQ(heard.size(), static_cast<std::size_t>(50 * kOpusFrame * channels));
    EXPECT_LT(bytes, static_cast<std::size_t>(channels) * 5000);
    EXPECT_GT(tone_to_noise(std::span(heard).subspan(heard.size() / 2), 440, 48000, channels), 20)
        << channels;
  }
}

TEST(Opus, TheBitrateChangesAtOnce) {
  const auto encoder = opus_encoder(1, 16'000);
  const auto bytes_of = [&](int from) {
    std::size_t bytes = 0;
    for (int i = from; i < from + 25; ++i) {
      ByteVector frame;
      EXPECT_TRUE(encoder->encode(voice(i * kOpusFrame, kOpusFrame), frame));
      bytes += frame.size();
    }
    return bytes;
  };
  bytes_of(0);
  const std::size_t low = bytes_of(25);
  encoder->set_bitrate(64'000);
  const std::size_t high = bytes_of(50);
  EXPECT_LT(low, 1300u);
  EXPECT_GT(high, 3 * low / 2);
}

// Every tenth frame is lost. Its stand-in is compared with what the decoder would have given for it.
double error_of_lost_frames(bool with_next) {
  const auto encoder = opus_encoder(1, 32'000, 20);
  const auto whole = opus_decoder(1), lossy = opus_decoder(1);
  std::vector<ByteVector> frames(100);
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(encoder->encode(voice(i * kOpusFrame, kOpusFrame), frames[static_cast<std::size_t>(i)]));
  double error = 0;
  for (std::size_t i = 0; i + 1 < frames.size(); ++i) {
    std::vector<std::int16_t> expected, heard;
    EXPECT_TRUE(whole->decode(frames[i], expected));
    if (i % 10 != 9) {
      EXPECT_TRUE(lossy->decode(frames[i], heard));
      continue;
    }
    lossy->conceal(kOpusFrame, with_next ? base::Bytes(frames[i + 1]) : base::Bytes{}, heard);
    EXPECT_EQ(heard.size(), expected.size());
    for (std::size_t k = 0; k < heard.size(); ++k) error += std::pow(double{1} * heard[k] - expected[k], 2);
  }
  return error;
}

TEST(Opus, TheNextFrameRepairsALostOneBetterThanGuessing) {
  const double repaired = error_of_lost_frames(true), guessed = error_of_lost_frames(false);
  RecordProperty("of_guessed", std::to_string(repaired / guessed));
  EXPECT_LT(repaired, guessed / 2);
}

TEST(Opus, ConcealsAsManySamplesAsAskedFor) {
  const auto encoder = opus_encoder(2, 64'000);
  const auto decoder = opus_decoder(2);
  ByteVector frame;
  std::vector<std::int16_t> samples;
  for (int i = 0; i < 5; ++i) {
    frame.clear();
    ASSERT_TRUE(encoder->encode(sine(440, 48000, i * kOpusFrame, kOpusFrame, 2), frame));
    ASSERT_TRUE(decoder->decode(frame, samples));
  }
  for (const int count : {0, 1, 119, 120, 480, 960, 961, 2880, 7000, 48000}) {
    for (const base::Bytes next : {base::Bytes{}, base::Bytes(frame)}) {
      std::vector<std::int16_t> made_up = {1, 2, 3, 4};
      decoder->conceal(count, next, made_up);
      EXPECT_EQ(made_up.size(), static_cast<std::size_t>(4 + 2 * count));
      EXPECT_EQ(made_up[3], 4);
    }
  }
  std::vector<std::int16_t> heard;
  for (int i = 5; i < 10; ++i) {
    frame.clear();
    ASSERT_TRUE(encoder->encode(sine(440, 48000, i * kOpusFrame, kOpusFrame, 2), frame));
    ASSERT_TRUE(decoder->decode(frame, heard));
  }
  heard.clear();
  decoder->conceal(kOpusFrame, {}, heard);
  EXPECT_GT(energy(heard), energy(sine(440, 48000, 0, kOpusFrame, 2)) / 4) << "what was heard goes on";
}

TEST(Opus, BadInput) {
  const auto decoder = opus_decoder(1);
  std::vector<std::int16_t> samples = {7};
  EXPECT_FALSE(decoder->decode({}, samples));
  EXPECT_FALSE(decoder->decode(ByteVector{0xff}, samples)) << "code 3 without its count";
  EXPECT_FALSE(decoder->decode(ByteVector{0x03, 0x00}, samples)) << "no frames";
  EXPECT_EQ(samples, std::vector<std::int16_t>{7});
  std::vector<std::int16_t> made_up;
  decoder->conceal(960, ByteVector{0xff}, made_up);
  EXPECT_EQ(made_up.size(), 960u);
  EXPECT_FALSE(AudioDecoder::create(CodecId::opus, {48000, 3}));
  EXPECT_FALSE(AudioEncoder::create({.codec = CodecId::opus, .format = {48000, 0}}));
  const auto encoder = opus_encoder(1, 32'000);
  ByteVector frame;
  EXPECT_FALSE(encoder->encode(std::vector<std::int16_t>(100), frame));
  EXPECT_TRUE(frame.empty());
}

// ITU-T G.711 tables 1a to 2b, in 16 bits: the ends of the scale, its middle, and the segments' first values.
TEST(G711, KnownValues) {
  EXPECT_EQ(decode_mu_law(0x00), -32124);
  EXPECT_EQ(decode_mu_law(0x80), 32124);
  EXPECT_EQ(decode_mu_law(0xff), 0);
  EXPECT_EQ(decode_mu_law(0x7f), 0);
  EXPECT_EQ(decode_mu_law(0xfe), 8);
  EXPECT_EQ(decode_mu_law(0xef), 132);
  EXPECT_EQ(decode_mu_law(0x8f), 16764);
  EXPECT_EQ(decode_a_law(0xd5), 8);
  EXPECT_EQ(decode_a_law(0x55), -8);
  EXPECT_EQ(decode_a_law(0xaa), 32256);
  EXPECT_EQ(decode_a_law(0x2a), -32256);
  EXPECT_EQ(decode_a_law(0xc5), 264);
  EXPECT_EQ(decode_a_law(0xf5), 528);
  EXPECT_EQ(encode_mu_law(0), 0xff);
  EXPECT_EQ(encode_mu_law(32767), 0x80);
  EXPECT_EQ(encode_mu_law(-32768), 0x00);
  EXPECT_EQ(encode_a_law(0), 0xd5);
  EXPECT_EQ(encode_a_law(-1), 0x55);
  EXPECT_EQ(encode_a_law(32767), 0xaa);
  EXPECT_EQ(encode_a_law(-32768), 0x2a);
}

TEST(G711, EveryCodeComesBack) {
  for (int code = 0; code < 256; ++code) {
    const auto byte = static_cast<std::uint8_t>(code);
    EXPECT_EQ(encode_a_law(decode_a_law(byte)), byte);
    const int expected = code == 0x7f ? 0xff : code;  // µ-law has two zeros
    EXPECT_EQ(encode_mu_law(decode_mu_law(byte)), expected);
  }
}

// Half a step away at the most: a step is 8 in µ-law's first segment, and 16 in the first two of A-law.
TEST(G711, EverySampleGetsACodeNearby) {
  constexpr int kMuLawEnd = 32635;
  for (int sample = -32768; sample <= 32767; ++sample) {
    const auto value = static_cast<std::int16_t>(sample);
    const std::uint8_t mu = encode_mu_law(value), a = encode_a_law(value);
    const int mu_segment = ~mu >> 4 & 7, a_segment = (a ^ 0x55) >> 4 & 7;
    EXPECT_LE(std::abs(decode_a_law(a) - sample), 8 << std::max(a_segment - 1, 0)) << sample;
    if (std::abs(sample) > kMuLawEnd) continue;
    EXPECT_LE(std::abs(decode_mu_law(mu) - sample), 4 << mu_segment) << sample;
  }
}

TEST(G711, Frames) {
  for (const CodecId codec : {CodecId::pcmu, CodecId::pcma}) {
    ASSERT_TRUE(AudioEncoder::can_encode(codec));
    auto encoder = AudioEncoder::create({.codec = codec});
    auto decoder = AudioDecoder::create(codec, {});
    ASSERT_TRUE(encoder && decoder);
    EXPECT_EQ((*encoder)->format(), (AudioFormat{8000, 1}));
    EXPECT_EQ((*decoder)->format(), (AudioFormat{8000, 1}));
    ASSERT_EQ((*encoder)->samples_per_frame(), 160);
    ByteVector frame;
    ASSERT_TRUE((*encoder)->encode(sine(400, 8000, 0, 160), frame));
    ASSERT_EQ(frame.size(), 160u);
    std::vector<std::int16_t> heard;
    ASSERT_TRUE((*decoder)->decode(frame, heard));
    EXPECT_GT(tone_to_noise(heard, 400, 8000), 30);
    (*decoder)->conceal(200, {}, heard);
    EXPECT_EQ(heard.size(), 360u);
    EXPECT_FALSE((*decoder)->decode({}, heard));
    EXPECT_EQ(heard.size(), 360u);
  }
}

TEST(Concealment, RepeatsAndFades) {
  Concealment concealment(2);
  std::vector<std::int16_t> samples;
  concealment.conceal(2, samples);
  EXPECT_EQ(samples, (std::vector<std::int16_t>{0, 0})) << "nothing was heard yet";
  concealment.heard(std::vector<std::int16_t>{9, 800, -400});
  samples.clear();
  concealment.conceal(3, samples);
  concealment.conceal(7, samples);
  EXPECT_EQ(samples, (std::vector<std::int16_t>{800, -400, 400, -200, 200, -100, 100, -50, 0, 0}));
  concealment.heard(std::vector<std::int16_t>{5});
  samples.clear();
  concealment.conceal(2, samples);
  EXPECT_EQ(samples, (std::vector<std::int16_t>{5, 2}));
}

TEST(AudioCodecs, WhatCanBeEncoded) {
  EXPECT_TRUE(AudioEncoder::can_encode(CodecId::opus));
  EXPECT_FALSE(AudioEncoder::can_encode(CodecId::vp8));
  EXPECT_FALSE(AudioEncoder::create({.codec = CodecId::vp8}));
  EXPECT_FALSE(AudioDecoder::create(CodecId::h264, {}));
}

}  // namespace
}  // namespace kaskado::codec
