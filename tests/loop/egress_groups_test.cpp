#include "loop/egress_groups.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/random.hpp"

namespace kaskado::loop {
namespace {

constexpr std::size_t kMost = 128;

struct Sent {
  std::uint16_t port;
  std::vector<std::uint16_t> slots;
  bool operator==(const Sent&) const = default;
};

std::vector<base::Egress> mixed(const std::vector<std::uint16_t>& ports) {
  std::vector<base::Egress> pending;
  for (const std::uint16_t port : ports) {
    base::Egress egress;
    egress.path.port_index = port;
    egress.slot = static_cast<std::uint16_t>(pending.size());
    pending.push_back(egress);
  }
  return pending;
}

std::vector<Sent> sent_by(EgressGroups& groups, std::span<const base::Egress> pending) {
  std::vector<Sent> sent;
  groups.for_each(pending, [&](std::uint16_t port, std::span<const base::Egress> run) {
    sent.push_back({port, {}});
    for (const base::Egress& egress : run) sent.back().slots.push_back(egress.slot);
  });
  return sent;
}

TEST(EgressGroups, MakesOneRunAPortAndKeepsItsOrder) {
  EgressGroups groups(kMost);
  groups.make_room(500);
  const std::vector<Sent> expected{{3, {0, 2, 5}}, {500, {1, 4}}, {0, {3}}};
  EXPECT_EQ(sent_by(groups, mixed({3, 500, 3, 0, 500, 3})), expected);
  // Nothing of the last time is left.
  EXPECT_EQ(sent_by(groups, mixed({500, 3})), (std::vector<Sent>{{500, {0}}, {3, {1}}}));
}

TEST(EgressGroups, OnePortsDatagramsGoAsTheyAre) {
  EgressGroups groups(kMost);
  groups.make_room(7);
  const std::vector<base::Egress> pending = mixed({7, 7, 7});
  int calls = 0;
  groups.for_each(pending, [&](std::uint16_t port, std::span<const base::Egress> run) {
    ++calls;
    EXPECT_EQ(port, 7);
    EXPECT_EQ(run.data(), pending.data());
    EXPECT_EQ(run.size(), 3u);
  });
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(sent_by(groups, {}).empty());
}

TEST(EgressGroups, NothingIsLostNorDoubledHoweverItIsMixed) {
  base::SeededRandom random(11);
  EgressGroups groups(kMost);
  groups.make_room(40);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::uint16_t> ports(1 + random.below(kMost));
    const std::uint32_t of = 1 + random.below(41);
    for (std::uint16_t& port : ports) port = static_cast<std::uint16_t>(random.below(of));
    std::vector<char> seen(ports.size());
    std::vector<char> port_seen(41);
    for (const Sent& sent : sent_by(groups, mixed(ports))) {
      ASSERT_FALSE(std::exchange(port_seen[sent.port], 1)) << "a port's datagrams stand together";
      ASSERT_TRUE(std::is_sorted(sent.slots.begin(), sent.slots.end()));
      for (const std::uint16_t slot : sent.slots) {
        ASSERT_EQ(ports[slot], sent.port);
        ASSERT_FALSE(std::exchange(seen[slot], 1));
      }
    }
    ASSERT_EQ(std::ranges::count(seen, 1), static_cast<std::ptrdiff_t>(ports.size()));
  }
}

}  // namespace
}  // namespace kaskado::loop
