// JPEG and AAC, which are written to files only, read back by libavcodec's decoders.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <optional>

#include "codec/audio_codec.hpp"
#include "codec/depacketizer.hpp"
#include "codec/foreign_codec.hpp"
#include "codec/packetizer.hpp"
#include "codec/video_codec.hpp"
#include "synthetic.hpp"

namespace kaskado::codec {
namespace {

using namespace std::chrono_literals;

TEST(FileCodecs, AacIsHeardWhenItWasSaid) {
  ASSERT_TRUE(AudioEncoder::can_encode(CodecId::aac));
  auto encoder = AudioEncoder::create({.codec = CodecId::aac, .format = {48'000, 2}, .bitrate_bps = 96'000});
  ASSERT_TRUE(encoder) << encoder.error().message;
  auto decoder =
      make_foreign_decoder({.codec = "aac", .extradata = {0x11, 0x90}, .sample_rate = 48'000, .channels = 2});
  ASSERT_TRUE(decoder) << decoder.error().message;
  const int length = (*encoder)->samples_per_frame(), delay = (*encoder)->delay_samples();
  // Silence, and from one sample on a tone.
  constexpr int kBegin = 20'000;
  std::vector<std::int16_t> heard;
  std::optional<int> first;  // the place of the first sample heard
  for (int i = 0; i < 60; ++i) {
    std::vector<std::int16_t> samples(static_cast<std::size_t>(2 * length));
    for (int n = 0; n < length; ++n) {
      const int at = i * length + n;
      const double value = at < kBegin ? 0 : 12'000 * std::sin(2 * std::numbers::pi * 1000 * at / 48'000);
      samples[static_cast<std::size_t>(2 * n)] = samples[static_cast<std::size_t>(2 * n + 1)] =
          static_cast<std::int16_t>(value);
    }
    ByteVector frame;
    ASSERT_TRUE((*encoder)->encode(samples, frame).ok());
    if (frame.empty()) continue;
    if (!first) first = i * length - delay;
    ASSERT_TRUE((*decoder)->decode(frame, heard).ok());
  }
  ASSERT_TRUE(first);
  ASSERT_GT(heard.size(), 100'000u - 10'000u);
  std::size_t begin = 0;
  while (begin < heard.size() && std::abs(heard[begin]) < 3000) ++begin;
  EXPECT_NEAR(*first + static_cast<int>(begin / 2), kBegin, 240) << "5 ms";
}

TEST(FileCodecs, JpegShowsWhatItWasGiven) {
  ASSERT_TRUE(VideoEncoder::can_encode(CodecId::jpeg));
  auto encoder = VideoEncoder::create({.codec = CodecId::jpeg, .width = 322, .height = 242});
  ASSERT_TRUE(encoder) << encoder.error().message;
  auto decoder =
      make_foreign_decoder({.codec = "mjpeg", .width = 322, .height = 242}, std::make_shared<PicturePool>());
  ASSERT_TRUE(decoder) << decoder.error().message;
  Picture picture(322, 242);
  for (int i = 0; i < 3; ++i) {
    draw_pattern(picture, i);
    const auto encoded = (*encoder)->encode(picture, i * 33ms, false);
    ASSERT_TRUE(encoded) << encoded.error().message;
    EXPECT_TRUE(encoded->key_frame);
    std::vector<VideoDecoder::Decoded> shown;
    ASSERT_TRUE((*decoder)->decode(*encoded->bytes, i, shown).ok());
    (*decoder)->flush(shown);
    ASSERT_EQ(shown.size(), 1u);
    EXPECT_GT(psnr(picture, *shown[0].picture), 32);
  }
}

TEST(FileCodecs, NoPeerIsSentThem) {
  for (const CodecId codec : {CodecId::jpeg, CodecId::aac}) {
    EXPECT_FALSE(has_payload_format(codec));
    auto packetizer = Packetizer::create({.codec = codec});
    packetizer->begin({.codec = codec, .bytes = std::make_shared<const ByteVector>(ByteVector{1, 2, 3})},
                      1000);
    ByteVector room(1000);
    EXPECT_FALSE(packetizer->next(room));
    auto depacketizer = Depacketizer::create({.codec = codec});
    EXPECT_FALSE(depacketizer->starts_frame(room));
    const base::Bytes parts[] = {room};
    EXPECT_FALSE(depacketizer->assemble(parts));
  }
  EXPECT_FALSE(AudioDecoder::create(CodecId::aac, {}));
  EXPECT_FALSE(VideoDecoder::create(CodecId::jpeg, std::make_shared<PicturePool>()));
}

}  // namespace
}  // namespace kaskado::codec
