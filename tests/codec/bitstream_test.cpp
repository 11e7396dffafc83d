// Headers of each codec, made bit by bit as the specifications write them.
#include <gtest/gtest.h>

#include "bit_string.hpp"
#include "codec/bitstream/av1.hpp"
#include "codec/bitstream/bit_reader.hpp"
#include "codec/bitstream/h263.hpp"
#include "codec/bitstream/h264.hpp"
#include "codec/bitstream/h265.hpp"
#include "codec/bitstream/vp8.hpp"
#include "codec/bitstream/vp9.hpp"
#include "codec/frame_facts.hpp"
#include "payload_test_support.hpp"

namespace kaskado::codec {
namespace {

using namespace test;

TEST(BitReader, ReadsWithinItsBounds) {
  const Octets octets = hex("a5 0f ff");
  BitReader reader(octets);
  EXPECT_EQ(reader.bits(3), 5u);
  EXPECT_EQ(reader.bits(0), 0u);
  EXPECT_EQ(reader.bits(9), 0x50u);
  EXPECT_EQ(reader.remaining_bits(), 12u);
  EXPECT_EQ(reader.bits(12), 0xfffu);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.bits(1), 0u);
  EXPECT_FALSE(reader.ok());
  BitReader wide(octets);
  EXPECT_EQ(wide.bits(32), 0u);
  EXPECT_FALSE(wide.ok());
  BitReader skipped(octets);
  skipped.skip(1'000'000'000);
  EXPECT_FALSE(skipped.ok());
}

// ITU-T H.264 table 9-2 and 9-3
TEST(BitReader, ReadsExpGolombCodes) {
  const Octets octets = BitString("1 010 011 00100 00111 0001000").octets();
  BitReader reader(octets), with_sign(octets);
  for (const std::uint32_t value : {0u, 1u, 2u, 3u, 6u, 7u}) EXPECT_EQ(reader.ue(), value);
  for (const std::int32_t value : {0, 1, -1, 2, -3, 4}) EXPECT_EQ(with_sign.se(), value);
  const Octets longest = BitString(std::string(31, '0') + "1" + std::string(31, '1')).octets();
  EXPECT_EQ(BitReader(longest).ue(), 0xfffffffeu);
  const Octets zeros(20, 0);
  BitReader endless(zeros);
  EXPECT_EQ(endless.ue(), 0u);
  EXPECT_FALSE(endless.ok());
}

TEST(BitReader, TakesEmulationPreventionOut) {
  const Octets octets = hex("00 00 03 01 00 00 03 00 00 03 03 01 00 00 03 00 03");
  BitReader reader(octets, BitReader::Escapes::emulation_prevention);
  for (const std::uint32_t octet : {0u, 0u, 1u, 0u, 0u, 0u, 0u, 3u, 1u, 0u, 0u, 0u, 3u})
    EXPECT_EQ(reader.bits(8), octet);
  EXPECT_TRUE(reader.ok());
}

// RFC 6386 §9.1
TEST(Vp8Header, IsRead) {
  const auto key = parse_vp8_frame_header(hex("d0 01 00 9d 01 2a 80 42 68 81"));
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->key_frame);
  EXPECT_TRUE(key->shown);
  EXPECT_EQ(key->version, 0);
  EXPECT_EQ(key->first_partition_bytes, 14u);
  EXPECT_EQ(key->size, (PictureSize{640, 360}));
  const auto inter = parse_vp8_frame_header(hex("b7 02 00"));
  ASSERT_TRUE(inter);
  EXPECT_FALSE(inter->key_frame);
  EXPECT_EQ(inter->version, 3);
  EXPECT_TRUE(inter->shown);
  EXPECT_EQ(inter->first_partition_bytes, 21u);
  EXPECT_FALSE(parse_vp8_frame_header(hex("a7 02 00"))->shown);
  for (const std::string bad : {"", "d0 01", "d0 01 00 9d 01 2a 80 02 68", "d0 01 00 9d 01 2b 80 02 68 01",
                                "d0 01 00 9d 01 2a 00 c0 68 01", "d0 01 00 9d 01 2a 80 02 00 40"})
    EXPECT_FALSE(parse_vp8_frame_header(hex(bad))) << bad;
}

// VP9 §6.2: |marker 2|profile|0|show existing|frame type|show|error resilient|…
TEST(Vp9Header, IsRead) {
  const std::string sync = "01001001 10000011 01000010", size = "0000001001111111 0000000101100111";
  const auto parse = [](const std::string& bits) { return parse_vp9_frame_header(BitString(bits).octets()); };
  const auto key = parse("10 0 0 0 0 1 0" + sync + "001 0" + size);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->key_frame);
  EXPECT_TRUE(key->shown);
  EXPECT_EQ(key->profile, 0);
  EXPECT_EQ(key->size, (PictureSize{640, 360}));
  const auto profile1 = parse("10 1 0 0 0 1 0" + sync + "001 0 00 0" + size);
  ASSERT_TRUE(profile1);
  EXPECT_EQ(profile1->profile, 1);
  EXPECT_EQ(profile1->size, (PictureSize{640, 360}));
  const auto rgb = parse("10 1 0 0 0 1 0" + sync + "111 0" + size);
  ASSERT_TRUE(rgb);
  EXPECT_EQ(rgb->size, (PictureSize{640, 360}));
  const auto profile2 = parse("10 0 1 0 0 1 0" + sync + "1 001 0" + size);
  ASSERT_TRUE(profile2);
  EXPECT_EQ(profile2->profile, 2);
  EXPECT_EQ(profile2->bit_depth, 12);
  EXPECT_EQ(profile2->size, (PictureSize{640, 360}));
  EXPECT_EQ(parse("10 1 1 0 0 0 1 0" + sync + "0 001 0 11 0" + size)->bit_depth, 10);  // profile 3
  const auto inter = parse("10 0 0 0 1 1 0 00");
  ASSERT_TRUE(inter);
  EXPECT_FALSE(inter->key_frame || inter->intra_only || inter->size);
  const auto intra = parse("10 0 0 0 1 0 0 1 00" + sync + "00000001" + size);
  ASSERT_TRUE(intra);
  EXPECT_TRUE(intra->intra_only);
  EXPECT_FALSE(intra->key_frame || intra->shown);
  EXPECT_EQ(intra->size, (PictureSize{640, 360}));
  EXPECT_TRUE(parse("10 0 0 0 1 0 1 1" + sync + "00000001" + size)->size);  // error resilient
  EXPECT_TRUE(parse("10 0 0 1 010")->shows_existing_frame);

  for (const std::string& bad : {
           std::string("11 0 0 0 0 1 0" + sync + "001 0" + size),           // marker
           std::string("10 1 1 1 0 0 1 0" + sync + "0 001 0 11 0" + size),  // reserved
           std::string("10 0 0 0 0 1 0 01001001 10000011 01000011 001 0" + size),
           std::string("10 0 0 0 0 1 0" + sync + "111 0" + size),       // RGB in profile 0
           std::string("10 1 0 0 0 1 0" + sync + "001 0 00 1" + size),  // reserved
           std::string("10 0 0 0 0 1 0" + sync + "001 0 00000010"),
           std::string(""),
       })
    EXPECT_FALSE(parse(bad)) << bad;
}

// VP9 annex B
TEST(Vp9Superframe, IsSplitByItsIndex) {
  const Octets frames = joined({Octets(300, 1), Octets(2, 2), Octets(70000, 3)});
  const std::uint32_t sizes[] = {300, 2, 70000};
  const auto index = make_vp9_superframe_index(sizes);
  EXPECT_EQ(to_hex(index.span()), "d2 2c 01 00 02 00 00 70 11 01 d2");
  Octets chunk = frames;
  chunk.insert(chunk.end(), index.octets.begin(),
               index.octets.begin() + static_cast<std::ptrdiff_t>(index.count));
  const Vp9Frames split = split_vp9_superframe(chunk);
  ASSERT_EQ(split.count, 3u);
  EXPECT_EQ(split.frames[0].size(), 300u);
  EXPECT_EQ(to_hex(split.frames[1]), "02 02");
  EXPECT_EQ(split.frames[2].size(), 70000u);

  const Octets small = hex("aa bb cc c1 01 02 c1");
  EXPECT_EQ(split_vp9_superframe(small).count, 2u);
  for (const std::string one :
       {"aa bb cc", "aa c1 01 02 c1", "aa bb cc c0 01 02 c1", "c1", "01 c1", "aa bb cc 01 02 c1"}) {
    const Octets whole = hex(one);
    ASSERT_EQ(split_vp9_superframe(whole).count, 1u) << one;
    EXPECT_EQ(split_vp9_superframe(whole).frames[0].size(), whole.size()) << one;
  }
  EXPECT_EQ(split_vp9_superframe({}).count, 0u);
}

// ITU-T H.264 §7.3.2.1.1. Behind profile, constraints and level: sps id 0.
BitString sps_start(int profile) {
  return BitString("01100111")
      .number(static_cast<std::uint32_t>(profile), 8)
      .number(0xc0, 8)
      .number(31, 8)
      .ue(0);
}
// log2_max_frame_num, picture order count of type 2, one reference, no gaps; frames of 1280 by 720 samples.
BitString sps_end(BitString bits) {
  bits.ue(0).ue(2).ue(1).number(0, 1);
  return bits.ue(79).ue(44).number(1, 1).number(1, 1).number(0, 1).number(0, 1).number(1, 1);
}

TEST(H264Sps, IsRead) {
  const auto sps = parse_h264_sps(sps_end(sps_start(66)).escaped());
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->profile_idc, 66);
  EXPECT_EQ(sps->constraint_flags, 0xc0);
  EXPECT_EQ(sps->level_idc, 31);
  EXPECT_EQ(sps->bit_depth, 8);
  EXPECT_EQ(sps->size, (PictureSize{1280, 720}));
}

TEST(H264Sps, HasScalingListsInHighProfiles) {
  BitString bits = sps_start(100);
  bits.ue(1).ue(0).ue(2).number(0, 1).number(1, 1);
  bits.number(0, 1);         // list 0 is the default
  bits.number(1, 1).se(-8);  // list 1 ends at once
  bits.number(1, 1);         // list 2 is full
  for (int i = 0; i < 16; ++i) bits.se(i % 2 ? 3 : -2);
  bits.number(0, 3).number(1, 1);  // list 6 too
  for (int i = 0; i < 64; ++i) bits.se(1);
  bits.number(0, 1);
  const auto sps = parse_h264_sps(sps_end(bits).escaped());
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->size, (PictureSize{1280, 720}));
  EXPECT_EQ(sps->bit_depth, 8);
}

TEST(H264Sps, HasTwelveListsAt444) {
  BitString bits = sps_start(244);
  bits.ue(3).number(0, 1).ue(2).ue(2).number(1, 1).number(1, 1);
  for (int i = 0; i < 12; ++i) bits.number(1, 1).se(-8);
  const auto sps = parse_h264_sps(sps_end(bits).escaped());
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->bit_depth, 10);
  EXPECT_EQ(sps->size, (PictureSize{1280, 720}));
}

// Interlaced, with picture order count of type 1 and cropping.
TEST(H264Sps, CropsInUnitsOfItsChroma) {
  const auto parse = [](int profile, std::uint32_t chroma, bool frames_only) {
    BitString bits = sps_start(profile);
    if (profile == 100) bits.ue(chroma).ue(0).ue(0).number(0, 1).number(0, 1);
    bits.ue(0).ue(1).number(0, 1).se(-3).se(4).ue(2).se(1).se(-70000).ue(4).number(0, 1);
    bits.ue(119).ue(frames_only ? 67 : 33).number(frames_only, 1);
    if (!frames_only) bits.number(0, 1);
    bits.number(1, 1).number(1, 1).ue(1).ue(2).ue(0).ue(2).number(0, 1).number(1, 1);
    return parse_h264_sps(bits.escaped());
  };
  EXPECT_EQ(parse(66, 1, true)->size, (PictureSize{1914, 1084}));
  EXPECT_EQ(parse(66, 1, false)->size, (PictureSize{1914, 1080}));
  for (const bool frames_only : {true, false}) {
    EXPECT_EQ(parse(66, 1, frames_only)->interlaced, !frames_only);
    EXPECT_EQ(parse(66, 1, frames_only)->coded_size, (PictureSize{1920, 1088}));
  }
  EXPECT_EQ(parse(100, 2, true)->size, (PictureSize{1914, 1086}));
  EXPECT_EQ(parse(100, 0, true)->size, (PictureSize{1917, 1086}));
}

TEST(H264Sps, IsReadBehindEachPictureOrderCount) {
  const BitString start = sps_start(66).ue(0);
  BitString type_0 = start, type_1 = start, type_2 = start;
  type_0.ue(0).ue(4);
  type_1.ue(1).number(0, 1).ue(3).ue(5).ue(2).ue(7).ue(8);
  type_2.ue(2);
  for (BitString* bits : {&type_0, &type_1, &type_2}) {
    bits->ue(1).number(0, 1).ue(19).ue(14).number(1, 1).number(1, 1).number(0, 2).number(1, 1);
    const auto sps = parse_h264_sps(bits->escaped());
    ASSERT_TRUE(sps);
    EXPECT_EQ(sps->size, (PictureSize{320, 240}));
  }
}

TEST(H264Sps, IsReadThroughEmulationPrevention) {
  BitString bits = sps_start(66).ue((1u << 29) - 1).ue(2).ue(1).number(0, 1);
  bits.ue(39).ue(29).number(1, 1).number(1, 1).number(0, 2).number(1, 1);
  ASSERT_GT(bits.escaped().size(), bits.octets().size());
  const auto sps = parse_h264_sps(bits.escaped());
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->size, (PictureSize{640, 480}));
}

TEST(H264Sps, IsNoneBeyondItsBounds) {
  const Octets good = sps_end(sps_start(66)).escaped();
  for (std::size_t bytes = 0; bytes + 1 < good.size(); ++bytes)
    EXPECT_FALSE(parse_h264_sps(base::Bytes(good).first(bytes))) << bytes;
  EXPECT_FALSE(parse_h264_sps(hex("68 ce 3c 80")));
  // Zeros to the end; and 32 zeros before a one, which is more than a number may have.
  EXPECT_FALSE(parse_h264_sps(hex("67 42 00 1f 00 00 00 00 00 00")));
  EXPECT_FALSE(parse_h264_sps(hex("67 42 00 1f 00 00 03 00 00 03 ff ff ff ff ff")));
  const auto with_size = [](std::uint32_t across, std::uint32_t down, std::uint32_t crop) {
    BitString bits = sps_start(66);
    bits.ue(0).ue(2).ue(1).number(0, 1).ue(across).ue(down).number(1, 1).number(1, 1);
    bits.number(1, 1).ue(crop).ue(0).ue(0).ue(0).number(0, 1).number(1, 1);
    return parse_h264_sps(bits.escaped());
  };
  EXPECT_TRUE(with_size(79, 44, 0));
  EXPECT_FALSE(with_size(0xfffffffe, 44, 0));
  EXPECT_FALSE(with_size(79, 0x7fffffff, 0));
  EXPECT_FALSE(with_size(79, 44, 640));  // nothing would be left
  EXPECT_FALSE(with_size(79, 44, 0xfffffffe));
  EXPECT_FALSE(
      parse_h264_sps(BitString("01100111").number(66, 8).number(0, 16).ue(32).number(0xffff, 16).octets()));
  EXPECT_FALSE(parse_h264_sps(sps_end(sps_start(100).ue(4)).escaped()));                   // chroma
  EXPECT_FALSE(parse_h264_sps(sps_end(sps_start(100).ue(1).ue(7)).escaped()));             // depth
  EXPECT_FALSE(parse_h264_sps(sps_start(66).ue(0).ue(3).number(0xffffff, 24).escaped()));  // order count
  BitString cycle = sps_start(66).ue(0).ue(1).number(0, 1).se(0).se(0).ue(256);
  for (int i = 0; i < 20; ++i) cycle.number(0xffffffff, 32);
  EXPECT_FALSE(parse_h264_sps(cycle.escaped()));
}

// ITU-T H.265 §7.3.2.2
BitString h265_sps(std::uint32_t sub_layers, std::uint32_t chroma, std::uint32_t width,
                   std::uint32_t height) {
  BitString bits("0 100001 000000 001");
  bits.number(0, 4).number(sub_layers - 1, 3).number(1, 1);
  bits.number(1, 8).number(0x60000000, 32).number(0x9000, 16).number(0, 32).number(93, 8);
  if (sub_layers > 1) {
    for (std::uint32_t i = 0; i < 8; ++i) bits.number(i + 1 < sub_layers ? 3 : 0, 2);
    for (std::uint32_t i = 0; i + 1 < sub_layers; ++i)
      bits.number(0, 32).number(0, 32).number(0, 24).number(90, 8);
  }
  bits.ue(0).ue(chroma);
  if (chroma == 3) bits.number(0, 1);
  return bits.ue(width).ue(height);
}

TEST(H265Sps, IsRead) {
  const auto sps = parse_h265_sps(
      h265_sps(1, 1, 1920, 1088).number(1, 1).ue(0).ue(0).ue(0).ue(4).number(0xff, 8).escaped());
  ASSERT_TRUE(sps);
  EXPECT_EQ(sps->profile_idc, 1);
  EXPECT_EQ(sps->level_idc, 93);
  EXPECT_EQ(sps->size, (PictureSize{1920, 1080}));
  for (const std::uint32_t layers : {2u, 3u, 7u}) {
    const auto layered = parse_h265_sps(h265_sps(layers, 1, 640, 360).number(0, 1).number(0xff, 8).escaped());
    ASSERT_TRUE(layered) << layers;
    EXPECT_EQ(layered->size, (PictureSize{640, 360}));
  }
  const auto cut = [](std::uint32_t chroma) {
    return parse_h265_sps(
        h265_sps(1, chroma, 100, 100).number(1, 1).ue(1).ue(2).ue(3).ue(4).number(0xff, 8).escaped());
  };
  EXPECT_EQ(cut(0)->size, (PictureSize{97, 93}));
  EXPECT_EQ(cut(1)->size, (PictureSize{94, 86}));
  EXPECT_EQ(cut(2)->size, (PictureSize{94, 93}));
  EXPECT_EQ(cut(3)->size, (PictureSize{97, 93}));
}

TEST(H265Sps, IsNoneBeyondItsBounds) {
  const Octets good = h265_sps(3, 1, 640, 360).number(0, 1).escaped();
  for (std::size_t bytes = 0; bytes < good.size(); ++bytes)
    EXPECT_FALSE(parse_h265_sps(base::Bytes(good).first(bytes))) << bytes;
  const auto is_read = [](BitString bits) {
    return parse_h265_sps(bits.number(0xff, 8).escaped()).has_value();
  };
  EXPECT_FALSE(is_read(h265_sps(8, 1, 640, 360).number(0, 1)));
  EXPECT_FALSE(is_read(h265_sps(1, 4, 640, 360).number(0, 1)));
  EXPECT_FALSE(is_read(h265_sps(1, 1, 0, 360).number(0, 1)));
  EXPECT_FALSE(is_read(h265_sps(1, 1, 640, 16889).number(0, 1)));
  EXPECT_TRUE(is_read(h265_sps(1, 1, 640, 16888).number(0, 1)));
  EXPECT_FALSE(is_read(h265_sps(1, 1, 640, 360).number(1, 1).ue(320).ue(0).ue(0).ue(0)));
  EXPECT_FALSE(is_read(h265_sps(1, 1, 640, 360).number(1, 1).ue(0xfffffffe).ue(0xfffffffe).ue(0).ue(0)));
  EXPECT_FALSE(parse_h265_sps(hex("40 01 0c 01 ff ff")));
}

// AV1 §5.5.1: |profile 3|still|reduced|…
TEST(Av1SequenceHeader, IsRead) {
  const auto parse = [](const BitString& bits) { return parse_av1_sequence_header(bits.octets()); };
  const auto size = [](BitString bits) {
    return bits.number(9, 4).number(8, 4).number(639, 10).number(359, 9).number(0, 8);
  };
  const auto plain = parse(size(BitString("000 0 0  0 0 00000 000000000000 00100")));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->size, (PictureSize{640, 360}));
  EXPECT_EQ(plain->profile, 0);
  const auto reduced = parse(size(BitString("001 1 1 00100")));
  ASSERT_TRUE(reduced);
  EXPECT_TRUE(reduced->reduced_still_picture);
  EXPECT_EQ(reduced->profile, 1);
  EXPECT_EQ(reduced->size, (PictureSize{640, 360}));
  // Timing of equal pictures (uvlc 00111), a decoder model of 10 bits, display delays; two operating points,
  // the first of a level with tiers.
  BitString full("000 0 0 1");
  full.number(1, 32).number(30, 32).number(1, 1).number(7, 5);
  full.number(1, 1).number(9, 5).number(1, 32).number(4, 5).number(5, 5);
  full.number(1, 1).number(1, 5);
  full.number(0, 12)
      .number(8, 5)
      .number(1, 1)
      .number(1, 1)
      .number(3, 10)
      .number(3, 10)
      .number(0, 1)
      .number(1, 1)
      .number(9, 4);
  full.number(0, 12).number(4, 5).number(0, 1).number(0, 1);
  const auto with_all = parse(size(full));
  ASSERT_TRUE(with_all);
  EXPECT_EQ(with_all->size, (PictureSize{640, 360}));
  EXPECT_FALSE(parse(BitString("000 0 0 0 0 00000 000000000000 00100 1001 1000 1001111111 1")));
  EXPECT_FALSE(parse_av1_sequence_header({}));
  EXPECT_FALSE(
      parse_av1_sequence_header(joined({hex("04 00 00 00 00 00 00 00 02"), Octets(9, 0)})));  // endless uvlc
}

TEST(Obus, AreReadOneByOne) {
  const Octets chunk = hex("12 00 0a 81 00 aa 36 28 02 bb cc 30 dd");
  Obus obus(chunk);
  EXPECT_EQ(obus.next()->header.type(), ObuType::temporal_delimiter);
  const auto sequence = obus.next();
  EXPECT_EQ(sequence->header.type(), ObuType::sequence_header);
  EXPECT_EQ(to_hex(sequence->payload), "aa");
  const auto frame = obus.next();
  EXPECT_EQ(frame->header.spatial_id(), 1);
  EXPECT_EQ(to_hex(frame->payload), "bb cc");
  EXPECT_EQ(to_hex(obus.next()->payload), "dd");
  EXPECT_FALSE(obus.next());
  EXPECT_FALSE(obus.malformed());
  for (const std::string bad :
       {"32 05 aa", "b0 aa", "36", "36 28", "32", "32 ff ff ff ff ff 01", "32 80 80 80 80 80 80 80 80 01"}) {
    const Octets octets = hex(bad);
    Obus none(octets);
    EXPECT_FALSE(none.next()) << bad;
    EXPECT_TRUE(none.malformed()) << bad;
  }
}

TEST(Leb128, IsWrittenAsShortAsCanBe) {
  for (const std::uint32_t value : {0u, 127u, 128u, 16383u, 16384u, 0x0fffffffu, 0xffffffffu}) {
    std::uint8_t octets[kMaxLeb128Octets];
    const std::size_t count = write_leb128(value, octets);
    EXPECT_EQ(count, leb128_octets(value));
    base::ByteReader reader({octets, count});
    EXPECT_EQ(read_leb128(reader), value);
    EXPECT_EQ(reader.remaining(), 0u);
  }
  EXPECT_EQ(leb128_octets(127), 1u);
  EXPECT_EQ(leb128_octets(128), 2u);
}

// ITU-T H.263 §5.1
TEST(H263Header, IsRead) {
  const std::string start = "0000000000000000 100000 00000001 10 000";
  const auto parse = [](const std::string& bits) {
    return parse_h263_picture_header(BitString(bits).octets());
  };
  const auto cif = parse(start + "011 0 0000");
  ASSERT_TRUE(cif);
  EXPECT_TRUE(cif->intra);
  EXPECT_EQ(cif->size, (PictureSize{352, 288}));
  EXPECT_FALSE(parse(start + "010 1 0000")->intra);
  EXPECT_EQ(parse(start + "001 0")->size, (PictureSize{128, 96}));
  EXPECT_EQ(parse(start + "100 0")->size, (PictureSize{704, 576}));
  EXPECT_EQ(parse(start + "101 0")->size, (PictureSize{1408, 1152}));
  // PLUSPTYPE: UFEP, OPPTYPE, MPPTYPE, CPM, CPFMT
  const std::string options = "000000000000000", custom = " 0001 010011111 1 001011010 ";
  const auto plus = parse(start + "111 001 110" + options + "000 000001 0" + custom);
  ASSERT_TRUE(plus);
  EXPECT_TRUE(plus->intra);
  EXPECT_EQ(plus->size, (PictureSize{640, 360}));
  EXPECT_EQ(parse(start + "111 001 110" + options + "001 000001 1 00" + custom)->size,
            (PictureSize{640, 360}));
  EXPECT_EQ(parse(start + "111 001 010" + options + "001 000001 0")->size, (PictureSize{176, 144}));
  const auto as_before = parse(start + "111 000 001 000001 0");
  ASSERT_TRUE(as_before);
  EXPECT_FALSE(as_before->intra || as_before->size);
  for (const std::string& bad :
       {std::string("0000000000000000 100001 00000001 10 000 011 0 0000"), start + "000 0 0000",
        start + "110 0 0000", start + "111 010 001 000001 0",
        start + "111 001 000" + options + "000 000001 0",
        start + "111 001 110" + options + "000 000001 0 0001 010011111 1 000000000",
        std::string("0000000000000000 100000 00000001 11 000 011 0 0000"), std::string("00000000")})
    EXPECT_FALSE(parse(bad)) << bad;
}

TEST(FrameFacts, AreReadFromWholeFrames) {
  const std::string sps = "00 00 00 01 67 42 c0 1f ", slice = "00 00 01 65 88";
  EXPECT_EQ(picture_size(CodecId::vp8, hex("d0 01 00 9d 01 2a 80 02 68 01")), (PictureSize{640, 360}));
  EXPECT_FALSE(picture_size(CodecId::vp8, hex("d1 01 00 9d 01 2a 80 02 68 01")));
  Octets h264 = joined({hex("00 00 00 01 09 f0 00 00 01"), sps_end(sps_start(66)).escaped(), hex(slice)});
  EXPECT_EQ(picture_size(frame_of(CodecId::h264, h264)), (PictureSize{1280, 720}));
  EXPECT_TRUE(is_key_frame(CodecId::h264, h264));
  EXPECT_FALSE(
      picture_size(CodecId::h264, joined({hex(slice), h264})));  // behind a slice it is of the next picture
  EXPECT_FALSE(picture_size(CodecId::h264, hex(sps + slice)));
  EXPECT_FALSE(is_key_frame(CodecId::h264, hex("00 00 01 67 42 00 00 01 41 9a")));
  const Octets h265 = joined({hex("00 00 01"), h265_sps(1, 1, 640, 360).number(0, 1).number(1, 8).escaped(),
                              hex("00 00 01 26 01 af")});
  EXPECT_EQ(picture_size(CodecId::h265, h265), (PictureSize{640, 360}));
  EXPECT_TRUE(is_key_frame(CodecId::h265, h265));
  EXPECT_FALSE(is_key_frame(CodecId::h265, hex("00 00 01 02 01 d0")));
  EXPECT_TRUE(is_key_frame(CodecId::av1, hex("0a 0a 1c 20 00 00 00 02 3f ff b4 02 32 01 00")));
  EXPECT_FALSE(picture_size(CodecId::opus, hex("78 01")));
  EXPECT_TRUE(is_key_frame(CodecId::opus, hex("78 01")));
  for (const CodecId codec :
       {CodecId::vp8, CodecId::vp9, CodecId::h264, CodecId::h265, CodecId::av1, CodecId::h263}) {
    EXPECT_FALSE(picture_size(codec, {}));
    EXPECT_FALSE(is_key_frame(codec, {}));
  }
}

// The largest of the layers' frames is what is shown.
TEST(FrameFacts, OfASuperframeAreOfItsLargestFrame) {
  const std::string sync = "01001001 10000011 01000010";
  Octets low = BitString("10 0 0 0 0 1 0" + sync + "001 0 0000000100111111 0000000010110011").octets();
  Octets high =
      BitString("10 0 0 0 1 0 0 1 00" + sync + "00000001 0000001001111111 0000000101100111").octets();
  const std::uint32_t sizes[] = {static_cast<std::uint32_t>(low.size()),
                                 static_cast<std::uint32_t>(high.size())};
  const auto index = make_vp9_superframe_index(sizes);
  const Octets chunk = joined({low, high, Octets(index.span().begin(), index.span().end())});
  EXPECT_EQ(picture_size(CodecId::vp9, low), (PictureSize{320, 180}));
  EXPECT_EQ(picture_size(CodecId::vp9, chunk), (PictureSize{640, 360}));
  EXPECT_TRUE(is_key_frame(CodecId::vp9, chunk));
  EXPECT_FALSE(is_key_frame(CodecId::vp9, high));
}

}  // namespace
}  // namespace kaskado::codec
