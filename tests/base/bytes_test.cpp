#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace kaskado::base {
namespace {

TEST(ByteReader, ReadsNetworkOrder) {
  const std::array<std::uint8_t, 10> bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u24(), 0x040506u);
  EXPECT_EQ(reader.u32(), 0x0708090au);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteReader, StaysBrokenAfterReadingPastTheEnd) {
  const std::array<std::uint8_t, 3> bytes{1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0) << "a broken reader gives nothing more, even where bytes are left";
}

TEST(ByteWriter, RoundTripsAndPatches) {
  std::array<std::uint8_t, 20> bytes{};
  ByteWriter writer(bytes);
  writer.u16(0);
  writer.u64(0x1122334455667788ull);
  writer.u24(0xabcdef);
  writer.patch_u16(0, static_cast<std::uint16_t>(writer.size()));
  ASSERT_TRUE(writer.ok());
  ByteReader reader(writer.written());
  EXPECT_EQ(reader.u16(), 13);
  EXPECT_EQ(reader.u64(), 0x1122334455667788ull);
  EXPECT_EQ(reader.u24(), 0xabcdefu);
}

TEST(ByteWriter, DropsWhatDoesNotFit) {
  std::array<std::uint8_t, 2> bytes{};
  ByteWriter writer(bytes);
  writer.u32(7);
  EXPECT_FALSE(writer.ok());
  EXPECT_EQ(writer.size(), 0u);
}

}  // namespace
}  // namespace kaskado::base
