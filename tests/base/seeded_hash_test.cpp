#include "base/seeded_hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace kaskado::base {
namespace {

TEST(SeededHash, SpreadsKeysThatDifferInOneBitByASeed) {
  std::map<std::uint64_t, int> homes;
  for (std::uint64_t port = 0; port < 65'536; ++port) ++homes[mix(0x0100007f, 0, port, 99) & 0xffff];
  // As many as chance would leave, at the least: 63 % of the homes are taken, and few by more than six.
  EXPECT_GE(static_cast<double>(homes.size()), 0.62 * 65'536);
  int most = 0;
  for (const auto& [home, keys] : homes) most = std::max(most, keys);
  EXPECT_LE(most, 10);
  EXPECT_NE(mix(1, 2, 3, 4), mix(1, 2, 3, 5));
}

TEST(SeededHash, OfAPathKnowsEachOfItsParts) {
  const Path path{1, SocketAddress::v6({0xfe, 0x80, 1}, 5000, 2)};
  const std::uint64_t hash = mix(path, 7);
  EXPECT_EQ(mix(Path{1, SocketAddress::v6({0xfe, 0x80, 1}, 5000, 2)}, 7), hash);
  EXPECT_NE(mix(Path{2, path.remote}, 7), hash);
  EXPECT_NE(mix(Path{1, SocketAddress::v6({0xfe, 0x80, 1}, 5001, 2)}, 7), hash);
  EXPECT_NE(mix(Path{1, SocketAddress::v6({0xfe, 0x80, 1}, 5000, 3)}, 7), hash);
  EXPECT_NE(mix(Path{1, SocketAddress::v6({0xfe, 0x80, 2}, 5000, 2)}, 7), hash);
  EXPECT_NE(mix(path, 8), hash);
}

}  // namespace
}  // namespace kaskado::base
