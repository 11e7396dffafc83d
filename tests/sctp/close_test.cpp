#include <gtest/gtest.h>

#include "peers.hpp"

namespace kaskado::sctp {
namespace {

using namespace std::chrono_literals;

TEST(CloseDataChannel, BothEndsHearOfIt) {
  for (const bool by_client : {true, false}) {
    Peers peers;
    const ChannelId id = peers.open({.label = "c"});
    (by_client ? peers.client : peers.server).channels.close(id, peers.now());
    EXPECT_TRUE(
        peers.run_until([&] { return !peers.client.closed.empty() && !peers.server.closed.empty(); }, 2s));
    EXPECT_EQ(peers.client.closed, std::vector{id});
    EXPECT_EQ(peers.server.closed, std::vector{id});
    EXPECT_EQ(peers.client.channels.find(id), nullptr);
    EXPECT_EQ(peers.server.channels.closed(), 1u);
  }
}

TEST(CloseDataChannel, ThroughLossToo) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Peers peers({.loss = 0.2}, seed);
    const ChannelId id = peers.open({.label = "c"});
    peers.server.channels.close(id, peers.now());
    EXPECT_TRUE(peers.run_until([&] { return !peers.client.closed.empty() && !peers.server.closed.empty(); }))
        << seed;
  }
}

TEST(CloseDataChannel, WhatWasSentBeforeArrives) {
  Peers peers;
  const ChannelId id = peers.open({.label = "c"});
  for (int i = 0; i < 30; ++i)
    peers.client.channels.send(id, true, bytes_of(std::string(100'000, 'x')), peers.now());
  peers.client.channels.close(id, peers.now());
  EXPECT_EQ(peers.client.channels.send(id, true, bytes_of("late"), peers.now()),
            DataChannels::SendResult::no_channel);
  EXPECT_TRUE(peers.run_until([&] { return !peers.client.closed.empty(); }));
  EXPECT_EQ(peers.server.messages.size(), 30u);
}

TEST(CloseDataChannel, StreamCanBeUsedAgain) {
  Peers peers;
  for (int round = 0; round < 5; ++round) {
    const ChannelId id = peers.open({.label = "round " + std::to_string(round)});
    EXPECT_EQ(id, 0);
    peers.client.channels.send(id, false, bytes_of(std::to_string(round)), peers.now());
    peers.client.channels.close(id, peers.now());
    ASSERT_TRUE(peers.run_until([&] {
      return peers.client.closed.size() == round + 1u && peers.server.closed.size() == round + 1u;
    }));
    EXPECT_EQ(peers.server.text(static_cast<std::size_t>(round)), std::to_string(round));
  }
}

TEST(CloseDataChannel, ManyAtOnceAndByBothEnds) {
  Peers peers;
  std::vector<ChannelId> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(peers.client.channels.open({}, peers.now()).value());
  ASSERT_TRUE(peers.run_until([&] { return peers.client.opened.size() == 50; }));
  for (const ChannelId id : ids) {
    peers.client.channels.close(id, peers.now());
    if (id % 4 == 0) peers.server.channels.close(id, peers.now());
  }
  EXPECT_TRUE(
      peers.run_until([&] { return peers.client.closed.size() == 50 && peers.server.closed.size() == 50; }));
}

TEST(CloseDataChannel, OfNoneIsNothing) {
  Peers peers;
  ASSERT_TRUE(peers.connect());
  peers.client.channels.close(99, peers.now());
  peers.run_for(1s);
  EXPECT_TRUE(peers.client.closed.empty());
}

TEST(CloseDataChannel, BeforeTheAssociationNobodyHearsOfIt) {
  Peers peers;
  const ChannelId id = peers.client.channels.open({}, peers.now()).value();
  peers.client.channels.close(id, peers.now());
  ASSERT_TRUE(peers.connect());
  peers.run_for(1s);
  EXPECT_TRUE(peers.server.opened.empty());
  EXPECT_TRUE(peers.client.closed.empty());
}

}  // namespace
}  // namespace kaskado::sctp
