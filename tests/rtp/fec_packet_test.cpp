// FEC packets taken apart (RFC 5109 §7; FlexFEC).
#include "rtp/fec_packet.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::hex;
using test::Octets;

std::vector<std::size_t> places(const FecMask& mask) {
  std::vector<std::size_t> found;
  mask.each([&](std::size_t place) { found.push_back(place); });
  return found;
}

TEST(FecMask, KnowsItsPlaces) {
  FecMask mask;
  EXPECT_TRUE(mask.empty());
  for (const std::size_t place : {0, 63, 64, 108}) mask.set(place);
  EXPECT_EQ(places(mask), (std::vector<std::size_t>{0, 63, 64, 108}));
  EXPECT_EQ(mask.count(), 4u);
  EXPECT_EQ(mask.first(), 0u);
  EXPECT_EQ(mask.last(), 108u);
  mask.clear(0), mask.clear(63), mask.clear(108);
  EXPECT_EQ(mask.first(), 64u);
  EXPECT_EQ(mask.last(), 64u);
  EXPECT_FALSE(mask.has(63));
}

TEST(Ulpfec, IsTakenApart) {
  // P and two contributing sources; marker and 0x15; base 0xfffe; then three bytes of parity for the packets
  // 0, 3 and 15.
  const auto fec = parse_ulpfec(hex("22 95 ff fe 01 02 03 04 00 05 00 03 90 01 aa bb cc"));
  ASSERT_TRUE(fec);
  EXPECT_FALSE(fec->ssrc);
  EXPECT_EQ(fec->flags_recovery, 0x22);
  EXPECT_EQ(fec->type_recovery, 0x95);
  EXPECT_EQ(fec->base_sequence.value, 0xfffe);
  EXPECT_EQ(fec->timestamp_recovery, 0x01020304u);
  EXPECT_EQ(fec->length_recovery, 5);
  ASSERT_EQ(fec->levels().size(), 1u);
  EXPECT_EQ(places(fec->levels()[0].mask), (std::vector<std::size_t>{0, 3, 15}));
  EXPECT_EQ(fec->levels()[0].length, 3);
  EXPECT_EQ(fec->levels()[0].parity_offset, 14);
}

TEST(Ulpfec, HasLongMasksAndFurtherLevels) {
  const auto fec = parse_ulpfec(
      hex("40 00 00 01 00 00 00 00 00 00 00 02 80 00 80 00 00 01 a1 a2 00 01 00 00 40 00 00 00 b1"));
  ASSERT_TRUE(fec);
  ASSERT_EQ(fec->levels().size(), 2u);
  EXPECT_EQ(places(fec->levels()[0].mask), (std::vector<std::size_t>{0, 16, 47}));
  EXPECT_EQ(places(fec->levels()[1].mask), (std::vector<std::size_t>{17}));
  EXPECT_EQ(fec->levels()[1].first, 2);
  EXPECT_EQ(fec->levels()[1].parity_offset, 28);
  EXPECT_EQ(places(fec->mask()), (std::vector<std::size_t>{0, 16, 17, 47}));
}

TEST(Ulpfec, ThatIsCutShortOrMoreThanItSaysIsNone) {
  const Octets whole = hex("00 00 00 01 00 00 00 00 00 00 00 02 80 00 a1 a2");
  EXPECT_TRUE(parse_ulpfec(whole));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_ulpfec(base::Bytes(whole).first(length))) << length;
  Octets more = whole;
  more.push_back(0);
  EXPECT_FALSE(parse_ulpfec(more));
}

TEST(Ulpfec, WithoutPacketsWithExtensionsOrWithManyLevelsIsNone) {
  EXPECT_FALSE(parse_ulpfec(hex("00 00 00 01 00 00 00 00 00 00 00 02 00 00 a1 a2")));
  EXPECT_FALSE(parse_ulpfec(hex("80 00 00 01 00 00 00 00 00 00 00 02 80 00 a1 a2")));
  Octets levels = hex("00 00 00 01 00 00 00 00 00 00");
  for (std::size_t i = 0; i < FecPacket::kMostLevels; ++i) {
    for (const std::uint8_t octet : hex("00 01 80 00 a1")) levels.push_back(octet);
    EXPECT_TRUE(parse_ulpfec(levels)) << i;
  }
  for (const std::uint8_t octet : hex("00 01 80 00 a1")) levels.push_back(octet);
  EXPECT_FALSE(parse_ulpfec(levels));
}

const char* const kFlexfecHead = "01 e0 00 05 01 02 03 04 01 00 00 00 00 00 12 34 00 07 ";

TEST(Flexfec, HasMasksOfThreeSizes) {
  const auto with = [](const std::string& mask) {
    return parse_flexfec(hex((kFlexfecHead + mask + " aa bb").c_str()));
  };
  const auto shortest = with("c0 01");
  ASSERT_TRUE(shortest);
  EXPECT_EQ(shortest->ssrc, Ssrc{0x1234});
  EXPECT_EQ(shortest->base_sequence.value, 7);
  EXPECT_EQ(shortest->flags_recovery, 0x01);
  EXPECT_EQ(shortest->type_recovery, 0xe0);
  EXPECT_EQ(shortest->length_recovery, 5);
  EXPECT_EQ(shortest->timestamp_recovery, 0x01020304u);
  ASSERT_EQ(shortest->levels().size(), 1u);
  EXPECT_EQ(places(shortest->mask()), (std::vector<std::size_t>{0, 14}));
  EXPECT_EQ(shortest->levels()[0].length, 2);
  EXPECT_EQ(shortest->levels()[0].parity_offset, 20);
  const auto middle = with("40 00 c0 00 00 01");
  ASSERT_TRUE(middle);
  EXPECT_EQ(places(middle->mask()), (std::vector<std::size_t>{0, 15, 45}));
  EXPECT_EQ(middle->levels()[0].parity_offset, 24);
  const auto longest = with("40 00 00 00 00 01 c0 00 00 00 00 00 00 01");
  ASSERT_TRUE(longest);
  EXPECT_EQ(places(longest->mask()), (std::vector<std::size_t>{0, 45, 46, 108}));
  EXPECT_EQ(longest->levels()[0].parity_offset, 32);
  EXPECT_FALSE(with("40 00 00 00 00 01 40 00 00 00 00 00 00 01")) << "no part is the last";
}

TEST(Flexfec, ThatIsCutShortIsNone) {
  const Octets whole = hex((kFlexfecHead + std::string("40 00 00 00 00 01 c0 00 00 00 00 00 00 01")).c_str());
  EXPECT_TRUE(parse_flexfec(whole));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_flexfec(base::Bytes(whole).first(length))) << length;
}

TEST(Flexfec, OfKindsThatNobodySendsIsNone) {
  const Octets whole = hex((kFlexfecHead + std::string("c0 00 aa")).c_str());
  ASSERT_TRUE(parse_flexfec(whole));
  const auto changed = [&](std::size_t at, std::uint8_t octet) {
    Octets other = whole;
    other[at] = octet;
    return parse_flexfec(other);
  };
  EXPECT_FALSE(changed(0, 0x81)) << "repeats a packet";
  EXPECT_FALSE(changed(0, 0x41)) << "has a fixed pattern";
  EXPECT_FALSE(changed(8, 0)) << "protects nothing";
  EXPECT_FALSE(changed(8, 2)) << "protects two streams";
  EXPECT_FALSE(changed(18, 0x80)) << "has an empty mask";
}

TEST(FecPackets, LieWithinWhateverComes) {
  base::SeededRandom random(5);
  std::size_t taken = 0;
  for (int i = 0; i < 50'000; ++i) {
    Octets payload(random.u32() % 60);
    for (std::uint8_t& octet : payload)
      octet = static_cast<std::uint8_t>(random.u32() % 3 == 0 ? random.u32() : random.u32() & 0x41);
    for (const auto& fec : {parse_ulpfec(payload), parse_flexfec(payload)}) {
      if (!fec) continue;
      ++taken;
      for (const FecLevel& level : fec->levels()) {
        ASSERT_LE(level.parity_offset + level.length, static_cast<int>(payload.size()));
        ASSERT_FALSE(level.mask.empty());
      }
    }
  }
  EXPECT_GT(taken, 100u);
}

}  // namespace
}  // namespace kaskado::rtp
