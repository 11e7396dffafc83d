// H.264 around the libraries: byte streams, parameter sets, and which library decodes a stream.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "codec/annex_b.hpp"
#include "codec/h264_decoder.hpp"
#include "codec/h264_sps.hpp"
#include "samples.hpp"

namespace kaskado::codec {
namespace {

std::vector<ByteVector> units_of(const ByteVector& stream) {
  std::vector<ByteVector> units;
  NalUnits walk(stream);
  for (base::Bytes unit = walk.next(); !unit.empty(); unit = walk.next())
    units.emplace_back(unit.begin(), unit.end());
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

TEST(NalUnits, AreWhatLiesBetweenStartCodes) {
  EXPECT_EQ(units_of({}), std::vector<ByteVector>{});
  EXPECT_EQ(units_of({0x67, 1, 2}), std::vector<ByteVector>{}) << "no start code, no unit";
  EXPECT_EQ(units_of({0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 2}),
            (std::vector<ByteVector>{{0x67, 1}, {0x68, 2}}));
  EXPECT_EQ(units_of({9, 0, 0, 1, 0x67, 0, 0, 3, 1, 0, 0, 0}), (std::vector<ByteVector>{{0x67, 0, 0, 3, 1}}));
  EXPECT_EQ(units_of({0, 0, 1, 0, 0, 1, 0, 0, 1, 0x65}), (std::vector<ByteVector>{{0x65}}));
  EXPECT_EQ(units_of({0, 0, 1}), std::vector<ByteVector>{});
  EXPECT_EQ(units_of({0, 0, 1, 1, 0, 1, 0, 0}), (std::vector<ByteVector>{{1, 0, 1}}));
}

// Writes the start of a parameter set after §7.3.2.1.1, with emulation prevention.
class SpsWriter {
 public:
  SpsWriter(int profile_idc, int level_idc)
      : bytes_{0x67, static_cast<std::uint8_t>(profile_idc), 0xc0, static_cast<std::uint8_t>(level_idc)} {}
  SpsWriter& bit(unsigned value) {
    current_ = current_ << 1 | value;
    if (++count_ < 8) return *this;
    const auto byte = static_cast<std::uint8_t>(current_);
    if (zeros_ == 2 && byte <= 3) {
      bytes_.push_back(3);
      zeros_ = 0;
    }
    bytes_.push_back(byte);
    zeros_ = byte == 0 ? zeros_ + 1 : 0;
    current_ = 0;
    count_ = 0;
    return *this;
  }
  SpsWriter& exp_golomb(std::uint64_t value) {
    int bits = 0;
    while ((value + 1) >> bits) ++bits;
    for (int i = 0; i < bits - 1; ++i) bit(0);
    for (int i = bits - 1; i >= 0; --i) bit(static_cast<unsigned>((value + 1) >> i) & 1u);
    return *this;
  }
  ByteVector done() {
    bit(1);
    while (count_) bit(0);
    return bytes_;
  }

 private:
  ByteVector bytes_;
  unsigned current_ = 0;
  int count_ = 0;
  int zeros_ = 0;
};

ByteVector baseline_sps(std::uint64_t columns, std::uint64_t rows, bool interlaced = false,
                        std::uint64_t id = 0) {
  SpsWriter writer(66, 31);
  writer.exp_golomb(id).exp_golomb(0).exp_golomb(2).exp_golomb(1).bit(0);
  writer.exp_golomb(columns - 1).exp_golomb(rows - 1).bit(interlaced ? 0 : 1);
  return writer.bit(1).bit(0).bit(0).done();
}

TEST(H264Sps, TellsProfileAndSize) {
  const auto parsed = parse_h264_sps(baseline_sps(40, 30));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->profile_idc, 66);
  EXPECT_EQ(parsed->coded_width, 640);
  EXPECT_EQ(parsed->coded_height, 480);
  EXPECT_FALSE(parsed->interlaced);
  const auto fields = parse_h264_sps(baseline_sps(40, 15, true));
  ASSERT_TRUE(fields);
  EXPECT_TRUE(fields->interlaced);
  EXPECT_EQ(fields->coded_height, 480);
}

TEST(H264Sps, ReadsThroughEmulationPrevention) {
  const ByteVector sps = baseline_sps(40, 30, false, (1u << 25) - 1);
  ASSERT_NE(std::search_n(sps.begin(), sps.end(), 2, 0), sps.end());
  const auto parsed = parse_h264_sps(sps);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->coded_width, 640);
  EXPECT_EQ(parsed->coded_height, 480);
}

TEST(H264Sps, EveryOrderOfPictures) {
  SpsWriter type_0(66, 31), type_1(66, 31);
  type_0.exp_golomb(0).exp_golomb(0).exp_golomb(0).exp_golomb(4);
  type_1.exp_golomb(0)
      .exp_golomb(0)
      .exp_golomb(1)
      .bit(0)
      .exp_golomb(3)
      .exp_golomb(5)
      .exp_golomb(2)
      .exp_golomb(7)
      .exp_golomb(8);
  for (SpsWriter* writer : {&type_0, &type_1}) {
    writer->exp_golomb(1).bit(0).exp_golomb(19).exp_golomb(14).bit(1);
    const auto parsed = parse_h264_sps(writer->done());
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->coded_width, 320);
    EXPECT_EQ(parsed->coded_height, 240);
  }
}

TEST(H264Sps, OfTheEncoder) {
  const auto units = units_of(encoded_key_frame(640, 480));
  ASSERT_GE(units.size(), 3u);
  const auto written = parse_h264_sps(units[0]);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->profile_idc, H264Sps::kBaseline);
  EXPECT_EQ(written->coded_width, 640);
  EXPECT_EQ(written->coded_height, 480);
}

TEST(H264Sps, CutShortOrImpossible) {
  const auto units = units_of(encoded_key_frame(640, 480));
  const ByteVector& sps = units[0];
  for (std::size_t bytes = 0; bytes < 7; ++bytes)
    EXPECT_FALSE(parse_h264_sps(base::Bytes(sps).first(bytes))) << bytes;
  EXPECT_FALSE(parse_h264_sps(units[1])) << "a picture parameter set";
  EXPECT_FALSE(parse_h264_sps(ByteVector{0x67, 66, 0, 31, 0, 0, 0, 0, 0, 0}));
  // 32 zeros, then ones: a number of more bits than there may be.
  EXPECT_FALSE(parse_h264_sps(ByteVector{0x67, 66, 0, 31, 0, 0, 3, 0, 0, 3, 0xff, 0xff, 0xff, 0xff, 0xff}));
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
      EXPECT_EQ(h264_nal_type(units[0]), H264Nal::slice);
      continue;
    }
    ASSERT_GE(units.size(), 3u) << number;
    EXPECT_EQ(h264_nal_type(units[0]), H264Nal::sps);
    EXPECT_EQ(h264_nal_type(units[1]), H264Nal::pps);
    EXPECT_EQ(h264_nal_type(units[2]), H264Nal::idr);
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
  for (const auto& [columns, rows, allowed] :
       {std::tuple{512, 10, true}, {513, 10, false}, {10, 513, false}, {70'000, 1, false}}) {
    ByteVector frame = {0, 0, 0, 1};
    const ByteVector sps =
        baseline_sps(static_cast<std::uint64_t>(columns), static_cast<std::uint64_t>(rows));
    frame.insert(frame.end(), sps.begin(), sps.end());
    const auto decoded = stream.decoder->decode(frame, 0, stream.pictures);
    ASSERT_FALSE(decoded) << "no picture in it in any case";
    EXPECT_EQ(decoded.error().message.find("parameter set") == std::string::npos, allowed) << columns;
  }
}

}  // namespace
}  // namespace kaskado::codec
