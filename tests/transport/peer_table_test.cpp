#include "transport/peer_table.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"
#include "base/seeded_hash.hpp"

namespace kaskado::transport {
namespace {

using Key = std::uint64_t;

// All keys of one remainder meet.
template <std::uint64_t kHomes>
struct MeetingHash {
  std::uint64_t operator()(Key key, std::uint64_t) const { return key % kHomes; }
};
struct SpreadHash {
  std::uint64_t operator()(Key key, std::uint64_t seed) const { return base::mix(key, 0, 0, seed); }
};

template <typename Hash>
class PeerTables : public testing::Test {};
// One home for all, homes at the end of the least table so that clusters wrap, and good ones.
struct LastHash {
  std::uint64_t operator()(Key key, std::uint64_t) const { return 60 + key % 4; }
};
using Hashes = testing::Types<MeetingHash<1>, MeetingHash<3>, LastHash, SpreadHash>;
TYPED_TEST_SUITE(PeerTables, Hashes);

TYPED_TEST(PeerTables, HoldWhatAMapHolds) {
  base::SeededRandom random(1);
  PeerTable<Key, TypeParam> table(7);
  std::map<Key, PeerId> map;
  for (int step = 0; step < 20'000; ++step) {
    const Key key = random.below(step < 10'000 ? 60 : 400);
    if (random.below(5) < 2) {
      table.erase(key);
      map.erase(key);
    } else {
      const PeerId peer = random.below(1000);
      table.set(key, peer);
      map[key] = peer;
    }
    ASSERT_EQ(table.size(), map.size());
    const Key asked = random.below(400);
    const auto found = map.find(asked);
    ASSERT_EQ(table.find(asked), found == map.end() ? kNobody : found->second) << step;
  }
  for (const auto& [key, peer] : map) ASSERT_EQ(table.find(key), peer);
  for (const auto& [key, peer] : std::map(map)) table.erase(key);
  EXPECT_EQ(table.size(), 0u);
  for (Key key = 0; key < 400; ++key) EXPECT_EQ(table.find(key), kNobody);
}

}  // namespace
}  // namespace kaskado::transport
