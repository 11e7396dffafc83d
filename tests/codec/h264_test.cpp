// H.264 around the libraries: what the encoder writes, and which library decodes a stream.
#include <gtest/gtest.h>

#include <tuple>

#include "bit_string.hpp"
#include "codec/bitstream/h264.hpp"
#include "codec/bitstream/nal_units.hpp"
#include "codec/h264_decoder.hpp"
#include "samples.hpp"

namespace kaskado::codec {
namespace {

std::vector<ByteVector> units_of(const ByteVector& stream) {
  std::vector<ByteVector> units;
  NalUnits walk(stream);
  while (const auto unit = walk.next()) units.emplace_back(unit->begin(), unit->end());
  return units;
}

ByteVector encoded_key_frame(int width, int height) {
  auto encoder = VideoEncoder::create({.codec = CodecId::h264, .width = width, .height = height});
  Picture picture(width, height);
  draw_pattern(picture, 0);
  const auto encoded = (*encoder)->encode(picture, {}, true);
  return *encoded->bytes;
}

struct Stream {
  std::shared_ptr<PicturePool> pool = std::make_shared<PicturePool>();
  std::unique_ptr<VideoDecoder> decoder = H264Decoder::create(pool).value();
  std::vector<VideoDecoder::Decoded> pictures;

  CodecLibrary chosen() const { return static_cast<const H264Decoder&>(*decoder).chosen(); }
  bool decode(base::Bytes frame, std::int64_t tag = 0) { return decoder->decode(frame, tag, pictures).ok(); }
};

int type_of(const ByteVector& unit) {
  return h264::type_of(unit[0]);
}

// §7.3.2.1.1; sizes in macroblocks, and what is cropped on the right in samples of chroma.
ByteVector baseline_sps(std::uint32_t columns, std::uint32_t rows, std::uint32_t cropped) {
  test::BitString bits("01100111");
  bits.number(H264Sps::kBaseline, 8).number(0xc0, 8).number(31, 8).ue(0);
  bits.ue(0).ue(2).ue(1).number(0, 1).ue(columns - 1).ue(rows - 1).number(1, 1).number(1, 1);
  return bits.number(1, 1).ue(0).ue(cropped).ue(0).ue(0).number(0, 1).number(1, 1).escaped();
}

TEST(H264Encoder, WritesAParameterSetThatIsRead) {
  const auto units = units_of(encoded_key_frame(640, 480));
  ASSERT_GE(units.size(), 3u);
  const auto written = parse_h264_sps(units[0]);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->profile_idc, H264Sps::kBaseline);
  EXPECT_FALSE(written->interlaced);
  EXPECT_EQ(written->coded_size, (PictureSize{640, 480}));
  EXPECT_EQ(written->size, (PictureSize{640, 480}));
  for (std::size_t bytes = 0; bytes < 7; ++bytes)
    EXPECT_FALSE(parse_h264_sps(base::Bytes(units[0]).first(bytes))) << bytes;
  EXPECT_FALSE(parse_h264_sps(units[1])) << "a picture parameter set";
}

TEST(H264Encoder, WritesConstrainedBaselineWithParameterSetsBeforeEachIdr) {
  auto encoder = VideoEncoder::create({.codec = CodecId::h264, .width = 640, .height = 480});
  ASSERT_TRUE(encoder);
  Picture picture(640, 480);
  for (int number = 0; number < 12; ++number) {
    draw_pattern(picture, number);
    const auto encoded = (*encoder)->encode(picture, std::chrono::milliseconds(33 * number), number % 4 == 0);
    ASSERT_TRUE(encoded);
    if (!encoded->bytes) continue;
    const auto units = units_of(*encoded->bytes);
    ASSERT_FALSE(units.empty());
    if (number % 4 != 0) {
      EXPECT_EQ(type_of(units[0]), h264::kSlice);
      continue;
    }
    ASSERT_GE(units.size(), 3u) << number;
    EXPECT_EQ(type_of(units[0]), h264::kSps);
    EXPECT_EQ(type_of(units[1]), h264::kPps);
    EXPECT_EQ(type_of(units[2]), h264::kIdrSlice);
    EXPECT_EQ(units[0][1], 66);           // profile_idc
    EXPECT_EQ(units[0][2] & 0xc0, 0xc0);  // constraint_set0_flag and constraint_set1_flag
    EXPECT_EQ(units[0][3], 31);           // level_idc
  }
}

TEST(H264Encoder, TakesAHigherLevelWhereTheSizeNeedsIt) {
  EXPECT_EQ(units_of(encoded_key_frame(1280, 720))[0][3], 31);
  EXPECT_EQ(units_of(encoded_key_frame(1920, 1080))[0][3], 40);
}

TEST(H264Decoder, BaselineIsOpenH264s) {
  Stream stream;
  EXPECT_TRUE(stream.decode(encoded_key_frame(320, 240)));
  EXPECT_EQ(stream.pictures.size(), 1u);
  EXPECT_EQ(stream.chosen(), CodecLibrary::openh264);
}

TEST(H264Decoder, HighIsLibavcodecs) {
  Stream stream;
  for (const SampleFrame& frame : read_frames("h264_high_b_frames.ivf"))
    ASSERT_TRUE(stream.decode(frame.bytes, frame.number));
  EXPECT_EQ(stream.chosen(), CodecLibrary::avcodec);
  stream.decoder->flush(stream.pictures);
  EXPECT_EQ(stream.pictures.size(), 24u);
}

TEST(H264Decoder, FollowsAStreamThatChangesItsProfile) {
  Stream stream;
  const auto high = read_frames("h264_high_b_frames.ivf");
  for (std::size_t i = 0; i < 6; ++i) ASSERT_TRUE(stream.decode(high[i].bytes, high[i].number));
  ASSERT_TRUE(stream.decode(encoded_key_frame(320, 240), 100));
  EXPECT_EQ(stream.chosen(), CodecLibrary::openh264);
  // What libavcodec had held back comes first.
  ASSERT_EQ(stream.pictures.size(), 7u);
  for (std::size_t i = 1; i < 6; ++i) EXPECT_GT(stream.pictures[i].tag, stream.pictures[i - 1].tag);
  EXPECT_EQ(stream.pictures[6].tag, 100);
  EXPECT_EQ(stream.pictures[6].picture->width(), 320);
  ASSERT_TRUE(stream.decode(high[0].bytes, 0));
  EXPECT_EQ(stream.chosen(), CodecLibrary::avcodec);
}

TEST(H264Decoder, InterlacedIsLibavcodecs) {
  Stream stream;
  for (const SampleFrame& frame : read_frames("h264_main_interlaced.ivf"))
    ASSERT_TRUE(stream.decode(frame.bytes, frame.number));
  EXPECT_EQ(stream.chosen(), CodecLibrary::avcodec);
}

// openh264 knows no levels above 5.2, which the profile does not tell.
TEST(H264Decoder, LibavcodecTakesOverWhereOpenH264Fails) {
  Stream stream;
  ByteVector key = encoded_key_frame(320, 240);
  ASSERT_EQ(key[4], 0x67);
  ASSERT_EQ(key[7], 31);
  key[7] = 62;
  ASSERT_TRUE(stream.decode(key, 5));
  EXPECT_EQ(stream.chosen(), CodecLibrary::avcodec);
  ASSERT_TRUE(stream.decode(key, 6));
  EXPECT_EQ(stream.chosen(), CodecLibrary::avcodec) << "it is not tried again at each key frame";
  stream.decoder->flush(stream.pictures);
  ASSERT_EQ(stream.pictures.size(), 2u);
  EXPECT_EQ(stream.pictures[0].tag, 5);
  EXPECT_EQ(stream.pictures[1].tag, 6);
}

TEST(H264Decoder, GarbageDoesNotChangeTheLibrary) {
  Stream stream;
  ByteVector key = encoded_key_frame(320, 240);
  ASSERT_TRUE(stream.decode(key));
  ByteVector broken = key;
  for (std::size_t i = 60; i < broken.size(); ++i) broken[i] = static_cast<std::uint8_t>(i * 37 | 1);
  EXPECT_FALSE(stream.decode(broken));
  EXPECT_EQ(stream.chosen(), CodecLibrary::openh264);
  EXPECT_TRUE(stream.decode(key));
  EXPECT_EQ(stream.pictures.size(), 2u);
}

TEST(H264Decoder, AfterAnImpossibleParameterSetAKeyFrameIsNeeded) {
  Stream stream;
  auto encoder = VideoEncoder::create({.codec = CodecId::h264, .width = 320, .height = 240});
  Picture picture(320, 240);
  const auto encode = [&](int number, bool key_frame) {
    draw_pattern(picture, number);
    return *(*encoder)->encode(picture, std::chrono::milliseconds(33 * number), key_frame)->bytes;
  };
  ASSERT_TRUE(stream.decode(encode(0, true)));
  ASSERT_TRUE(stream.decode(encode(1, false)));
  EXPECT_FALSE(stream.decode(ByteVector{0, 0, 1, 0x67, 66, 0, 31, 0}));
  EXPECT_FALSE(stream.decode(encode(2, false)));
  EXPECT_TRUE(stream.decode(encode(3, true)));
  EXPECT_TRUE(stream.decode(encode(4, false)));
  EXPECT_EQ(stream.pictures.size(), 4u);
}

TEST(H264Decoder, SizesBeyondTheMostAreRefusedBeforeALibrarySeesThem) {
  Stream stream;
  for (const auto& [columns, rows, cropped, allowed] : {std::tuple{512u, 10u, 0u, true},
                                                        {513u, 10u, 0u, false},
                                                        {513u, 10u, 8u, false},
                                                        {10u, 513u, 0u, false},
                                                        {70'000u, 1u, 0u, false}}) {
    ByteVector frame = {0, 0, 0, 1};
    const ByteVector sps = baseline_sps(columns, rows, cropped);
    frame.insert(frame.end(), sps.begin(), sps.end());
    const auto decoded = stream.decoder->decode(frame, 0, stream.pictures);
    ASSERT_FALSE(decoded) << "no picture in it in any case";
    EXPECT_EQ(decoded.error().message.find("parameter set") == std::string::npos, allowed)
        << columns << " " << cropped;
  }
}

// Its first picture is no IDR picture, but one of slices of type I behind the parameter sets.
TEST(H264Decoder, AnOpenGroupOfPicturesIsLeftToLibavcodec) {
  const auto frames = read_frames("h264_high_b_frames.ivf");
  const auto refused = [](base::Bytes frame) {
    Stream stream;
    const ByteVector garbage{0, 0, 1, 0x67, 66, 0, 31, 0};
    EXPECT_FALSE(stream.decode(garbage));
    const auto decoded = stream.decoder->decode(frame, 0, stream.pictures);
    return !decoded && decoded.error().message.find("no key frame yet") != std::string::npos;
  };
  EXPECT_TRUE(refused(frames[1].bytes));
  ByteVector open;
  for (const ByteVector& unit : units_of(frames[0].bytes)) {
    if (type_of(unit) != h264::kSps && type_of(unit) != h264::kPps) continue;
    open.insert(open.end(), std::begin(kStartCode), std::end(kStartCode));
    open.insert(open.end(), unit.begin(), unit.end());
  }
  ASSERT_FALSE(open.empty());
  open.insert(open.end(), frames[1].bytes.begin(), frames[1].bytes.end());
  EXPECT_FALSE(refused(open));
}

}  // namespace
}  // namespace kaskado::codec
