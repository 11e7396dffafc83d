#include <gtest/gtest.h>

#include <memory>

#include "peers.hpp"
#include "virtual_gettimeofday.hpp"

namespace kaskado::sctp {
namespace {

using namespace std::chrono_literals;

TEST(ManyAssociations, EachHearsItsOwnAndIdlesAfter) {
  std::vector<std::unique_ptr<Peers>> all;
  for (std::uint64_t i = 0; i < 500; ++i) all.push_back(std::make_unique<Peers>(Weather{}, i));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const ChannelId id = all[i]->open({.label = std::to_string(i)});
    ASSERT_EQ(all[i]->server.channels.find(id)->parameters.label, std::to_string(i));
  }
  for (const auto& peers : all) {
    peers->run_for(2s);
    EXPECT_EQ(peers->deadline(), base::kNever);
  }
}

TEST(ManyAssociations, ComeAndGo) {
  for (int round = 0; round < 200; ++round) {
    Peers peers({}, static_cast<std::uint64_t>(round));
    const ChannelId id = peers.open({.label = "c"});
    peers.client.channels.send(id, true, bytes_of(std::string(5000, 'x')), peers.now());
    // Some end in the middle of it.
    if (round % 2) peers.run_until([&] { return !peers.server.messages.empty(); });
  }
}

}  // namespace
}  // namespace kaskado::sctp
