#include "base/random.hpp"

#include <gtest/gtest.h>

#include <regex>

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
