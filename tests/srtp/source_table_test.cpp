#include "srtp/source_table.hpp"

#include <gtest/gtest.h>

#include "srtp/replay_window.hpp"

namespace kaskado::srtp {
namespace {

using Window = ReplayWindow<4>;

void take(SourceTable<Window>& table, std::uint32_t ssrc, std::uint64_t index) {
  ASSERT_FALSE(table.look_up(ssrc).was_taken(index));
  ASSERT_TRUE(table.has_room());
  table.take(index);
}

TEST(SourceTable, LookingUpMakesNothing) {
  SourceTable<Window> table(2);
  for (std::uint32_t ssrc = 0; ssrc < 1000; ++ssrc) EXPECT_FALSE(table.look_up(ssrc).started());
  EXPECT_EQ(table.size(), 0u);
}

TEST(SourceTable, KeepsAWindowASource) {
  SourceTable<Window> table(2);
  take(table, 1, 10);
  take(table, 2, 20);
  EXPECT_EQ(table.look_up(1).highest(), 10u);
  EXPECT_EQ(table.look_up(2).highest(), 20u);
  EXPECT_EQ(table.size(), 2u);
}

TEST(SourceTable, TheLongestIdleSourceIsRetiredAndComesBackWithItsIndex) {
  SourceTable<Window> table(2);
  take(table, 1, 0x5'0010);
  take(table, 2, 20);
  take(table, 1, 0x5'0012);
  take(table, 3, 30);  // retires 2
  EXPECT_EQ(table.size(), 2u);
  EXPECT_FALSE(table.look_up(1).was_taken(0x5'0011)) << "1 kept its window";
  take(table, 4, 40);  // retires 1
  EXPECT_TRUE(table.look_up(1).was_taken(0x5'0011)) << "a retired source keeps its highest index only";
  EXPECT_EQ(table.look_up(1).highest(), 0x5'0012u);
  take(table, 1, 0x5'0013);
  EXPECT_EQ(table.look_up(1).highest(), 0x5'0013u);
  EXPECT_TRUE(table.look_up(2).was_taken(20));
}

TEST(SourceTable, RefusesNewSourcesWhenAllIsTakenAndStillTakesTheKnownOnes) {
  SourceTable<Window> table(2);
  const std::uint32_t bound = 2 + 2 * SourceTable<Window>::kRetiredPerPlace;
  for (std::uint32_t ssrc = 0; ssrc < bound; ++ssrc) take(table, ssrc, 7);
  table.look_up(bound);
  EXPECT_FALSE(table.has_room());
  take(table, 0, 8);          // retired: changes places with another
  take(table, bound - 1, 8);  // in place
  table.look_up(bound + 1);
  EXPECT_FALSE(table.has_room());
  for (std::uint32_t ssrc = 0; ssrc < bound; ++ssrc) EXPECT_TRUE(table.look_up(ssrc).was_taken(7)) << ssrc;
}

}  // namespace
}  // namespace kaskado::srtp
