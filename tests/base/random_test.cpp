#include "base/random.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <vector>

namespace kaskado::base {
namespace {

TEST(SeededRandom, RepeatsItself) {
  SeededRandom a(7), b(7), c(8);
  EXPECT_EQ(a.u64(), b.u64());
  EXPECT_NE(a.u64(), c.u64());
}

TEST(Random, BelowStaysBelow) {
  SeededRandom random(1);
  for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(3), 3u);
}

// Of what is read ahead, nothing is given twice, and nothing that it was cleared to: 20,000 times eight bytes are
// all different, as are the long ones that go past it.
TEST(SystemRandom, GivesNothingTwice) {
  SystemRandom random;
  std::set<std::uint64_t> seen;
  constexpr std::size_t kDraws = 20'000;
  for (std::size_t i = 0; i < kDraws; ++i) EXPECT_TRUE(seen.insert(random.u64()).second);
  for (const std::size_t length : {1, 7, 100, 248, 255, 256, 257, 1000}) {
    std::vector<std::uint8_t> bytes(length + 8, 0);
    random.fill({bytes.data() + 4, length});
    for (std::size_t i = 4; i + 8 <= length + 4; i += 8) EXPECT_TRUE(seen.insert(load_u64(bytes.data() + i)).second);
    EXPECT_EQ(load_u32(bytes.data()), 0u);
    EXPECT_EQ(load_u32(bytes.data() + length + 4), 0u) << "no byte past the end is touched";
  }
}

// Of 64 draws one at least sets each bit, but by a chance of 1 in 10^15.
TEST(SystemRandom, FillsTheWholeOfWhatItIsGiven) {
  SystemRandom random;
  for (const std::size_t length : {1, 3, 200, 255, 256, 300}) {
    std::vector<std::uint8_t> bits(length, 0);
    for (int draw = 0; draw < 64; ++draw) {
      std::vector<std::uint8_t> bytes(length, 0);
      random.fill(bytes);
      for (std::size_t i = 0; i < length; ++i) bits[i] = static_cast<std::uint8_t>(bits[i] | bytes[i]);
    }
    EXPECT_EQ(bits, std::vector<std::uint8_t>(length, 0xff));
  }
}

TEST(Random, UuidIsVersion4) {
  SystemRandom random;
  EXPECT_TRUE(std::regex_match(random.uuid(), std::regex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")));
}

TEST(Random, IceCharsAreOfTheIceAlphabet) {
  SystemRandom random;
  EXPECT_TRUE(std::regex_match(random.ice_chars(24), std::regex("[A-Za-z0-9+/]{24}")));
}

}  // namespace
}  // namespace kaskado::base
