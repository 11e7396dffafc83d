#include "sctp/association.hpp"

#include <gtest/gtest.h>

#include "peers.hpp"

namespace kaskado::sctp {
namespace {

using namespace std::chrono_literals;

TEST(Association, ConnectsWhenBothBeginAtOnce) {
  Peers peers;
  EXPECT_TRUE(peers.connect());
}

TEST(Association, ConnectsThroughLoss) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Peers peers({.loss = 0.3}, seed);
    EXPECT_TRUE(peers.connect()) << seed;
  }
}

TEST(Association, HasNothingToDoWhenItIsIdle) {
  Peers peers;
  ASSERT_TRUE(peers.connect());
  peers.run_for(2s);
  EXPECT_EQ(peers.client.channels.deadline(), base::kNever);
  EXPECT_EQ(peers.server.channels.deadline(), base::kNever);
  const std::size_t sent = peers.sent();
  peers.run_for(10min);
  EXPECT_EQ(peers.sent(), sent);
}

TEST(Association, GoesOnAfterALongSilence) {
  Peers peers;
  const ChannelId id = peers.open({.label = "c"});
  peers.run_for(30min);
  const std::size_t sent = peers.sent();
  peers.client.channels.send(id, false, bytes_of("still here"), peers.now());
  EXPECT_TRUE(peers.run_until([&] { return !peers.server.messages.empty(); }, 100ms));
  peers.run_for(2s);
  // The message and its acknowledgement: no timer was late because time had stood still.
  EXPECT_LE(peers.sent(), sent + 2);
}

TEST(Association, EndsWhenThePeerIsGoneForMinutes) {
  Peers peers;
  const ChannelId id = peers.open({.label = "c"});
  peers.cut(true);
  peers.client.channels.send(id, false, bytes_of("into the void"), peers.now());
  peers.run_for(1min);
  EXPECT_TRUE(peers.client.closed.empty());
  peers.run_for(5min);
  EXPECT_EQ(peers.client.closed, std::vector{id});
  EXPECT_EQ(peers.client.channels.deadline(), base::kNever);
}

TEST(Association, OutlivesAnOutage) {
  Peers peers;
  const ChannelId id = peers.open({.label = "c"});
  peers.cut(true);
  peers.client.channels.send(id, false, bytes_of("late"), peers.now());
  peers.run_for(30s);
  peers.cut(false);
  EXPECT_TRUE(peers.run_until([&] { return !peers.server.messages.empty(); }, 4s));
}

TEST(Association, KeepsToTheLengthOfPackets) {
  for (const std::size_t longest : {600u, 1160u}) {
    DataChannelsConfig client{.association = {.max_packet_bytes = longest}, .remote_max_message_bytes = 0};
    DataChannelsConfig server = client;
    server.dtls_client = false;
    Peers peers({}, client, server);
    const ChannelId id = peers.open({.label = "c"});
    peers.client.channels.send(id, true, bytes_of(std::string(100'000, 'x')), peers.now());
    EXPECT_TRUE(peers.run_until([&] { return !peers.server.messages.empty(); }));
    EXPECT_LE(peers.client.longest_packet_bytes, longest);
    EXPECT_GE(peers.client.longest_packet_bytes, longest - 40);
  }
}

TEST(Association, DropsWhatIsNoPacket) {
  Association association({}, base::Instant{std::chrono::hours{1000}});
  const std::vector<std::uint8_t> bytes(2000);
  for (const std::size_t length : {0u, 1u, 15u, 1501u})
    EXPECT_EQ(association.receive(base::Bytes(bytes).first(length), base::Instant{std::chrono::hours{1000}}),
              base::DropReason::bad_sctp);
  EXPECT_EQ(association.receive(base::Bytes(bytes).first(16), base::Instant{std::chrono::hours{1000}}),
            base::DropReason::none);
}

TEST(Association, WhatOneIsSentIsNotForAnother) {
  Peers first;
  Peers second;
  ASSERT_TRUE(first.connect());
  ASSERT_TRUE(second.connect());
  first.client.channels.open({.label = "first"}, first.now()).value();
  first.run_until([&] { return !first.server.opened.empty(); });
  second.run_for(1s);
  EXPECT_TRUE(second.server.opened.empty());
}

}  // namespace
}  // namespace kaskado::sctp
