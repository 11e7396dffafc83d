#include "sctp/data_channels.hpp"

#include <gtest/gtest.h>

#include "peers.hpp"

namespace kaskado::sctp {
namespace {

using namespace std::chrono_literals;
using SendResult = DataChannels::SendResult;

TEST(DataChannels, PeerLearnsWhatWasAgreed) {
  Peers peers;
  const ChannelParameters parameters{
      .label = "chät", .protocol = "v1", .ordered = false, .max_retransmits = 2, .priority = 1024};
  const ChannelId id = peers.open(parameters);
  ASSERT_EQ(peers.server.opened, std::vector{id});
  EXPECT_EQ(peers.server.channels.find(id)->parameters, parameters);
  EXPECT_EQ(peers.server.channels.find(id)->state, ChannelState::open);
  EXPECT_EQ(peers.client.channels.find(id)->state, ChannelState::open);
}

TEST(DataChannels, ClientOpensEvenStreamsAndServerOddOnes) {
  Peers peers;
  EXPECT_EQ(peers.client.channels.open({}, peers.now()).value(), 0);
  EXPECT_EQ(peers.client.channels.open({}, peers.now()).value(), 2);
  EXPECT_EQ(peers.server.channels.open({}, peers.now()).value(), 1);
  EXPECT_EQ(peers.server.channels.open({}, peers.now()).value(), 3);
  peers.run_until([&] { return peers.client.opened.size() == 4 && peers.server.opened.size() == 4; });
  EXPECT_EQ(peers.client.opened.size(), 4u);
  EXPECT_EQ(peers.server.opened.size(), 4u);
}

TEST(DataChannels, WhatIsOpenedBeforeTheAssociationWaitsForIt) {
  Peers peers;
  const ChannelId id = peers.client.channels.open({.label = "early"}, peers.now()).value();
  EXPECT_EQ(peers.client.channels.send(id, false, bytes_of("first"), peers.now()), SendResult::waits);
  EXPECT_EQ(peers.client.channels.buffered_bytes(id), 5u + 12 + 5);
  EXPECT_TRUE(peers.run_until([&] { return !peers.server.messages.empty(); }));
  EXPECT_EQ(peers.server.text(0), "first");
  EXPECT_EQ(peers.client.channels.buffered_bytes(id), 0u);
}

TEST(DataChannels, TextBytesAndEmptyMessagesKeepTheirKind) {
  Peers peers;
  const ChannelId id = peers.open({.label = "kinds"});
  for (const bool is_binary : {false, true}) {
    peers.client.channels.send(id, is_binary, bytes_of("x"), peers.now());
    peers.client.channels.send(id, is_binary, bytes_of(""), peers.now());
    peers.client.channels.send(id, is_binary, nullptr, peers.now());
  }
  peers.run_until([&] { return peers.server.messages.size() == 6; });
  ASSERT_EQ(peers.server.messages.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(peers.server.messages[i].is_binary, i >= 3);
    EXPECT_EQ(peers.server.text(i), i % 3 == 0 ? "x" : "");
  }
}

TEST(DataChannels, MessagesHave256KibibytesAtTheMost) {
  Peers peers;
  const ChannelId id = peers.open({.label = "long"});
  const std::string longest(DataChannels::kMaxMessageBytes, 'l');
  EXPECT_NE(peers.client.channels.send(id, true, bytes_of(longest), peers.now()), SendResult::too_long);
  EXPECT_EQ(peers.client.channels.send(id, true, bytes_of(longest + "l"), peers.now()), SendResult::too_long);
  peers.run_until([&] { return !peers.server.messages.empty(); });
  ASSERT_EQ(peers.server.messages.size(), 1u);
  EXPECT_EQ(peers.server.text(0), longest);
}

TEST(DataChannels, NoMoreThanThePeerTakes) {
  const DataChannelsConfig client{.remote_max_message_bytes = 1000};
  const DataChannelsConfig server{.dtls_client = false};
  Peers peers({}, client, server);
  const ChannelId id = peers.open({.label = "short"});
  EXPECT_EQ(peers.client.channels.send(id, true, bytes_of(std::string(1001, 'x')), peers.now()),
            SendResult::too_long);
  EXPECT_NE(peers.client.channels.send(id, true, bytes_of(std::string(1000, 'x')), peers.now()),
            SendResult::too_long);
}

// As with `negotiated: true`: nobody says anything by DCEP, and the server hears of the channel by what comes
// on it.
TEST(DataChannels, ChannelThatWasAgreedOnByOtherMeansOpensWithItsFirstMessage) {
  Peers peers;
  ASSERT_TRUE(peers.connect());
  ASSERT_TRUE(peers.client.channels.open_agreed(6, {.label = "known", .ordered = false}, peers.now()));
  EXPECT_FALSE(peers.client.channels.open_agreed(6, {}, peers.now()));
  peers.client.channels.send(6, false, bytes_of("hello"), peers.now());
  ASSERT_TRUE(peers.run_until([&] { return !peers.server.messages.empty(); }));
  EXPECT_EQ(peers.server.opened, std::vector<ChannelId>{6});
  EXPECT_EQ(peers.server.text(0), "hello");
  peers.server.channels.send(6, true, bytes_of("back"), peers.now());
  ASSERT_TRUE(peers.run_until([&] { return !peers.client.messages.empty(); }));
  EXPECT_EQ(peers.client.opened, std::vector<ChannelId>{6});
}

TEST(DataChannels, AgreedChannelMayBeThereBeforeTheAssociation) {
  Peers peers;
  ASSERT_TRUE(peers.client.channels.open_agreed(3, {}, peers.now()));
  ASSERT_TRUE(peers.server.channels.open_agreed(3, {}, peers.now()));
  ASSERT_TRUE(peers.run_until([&] { return !peers.client.opened.empty() && !peers.server.opened.empty(); }));
  peers.client.channels.send(3, false, bytes_of("both know"), peers.now());
  EXPECT_TRUE(peers.run_until([&] { return !peers.server.messages.empty(); }));
}

TEST(DataChannels, WhatWaitsIsBounded) {
  Peers peers;
  const ChannelId id = peers.open({.label = "full"});
  peers.cut(true);
  const auto message = bytes_of(std::string(64 * 1024, 'm'));
  SendResult result = SendResult::sent;
  std::size_t taken = 0;
  while ((result = peers.client.channels.send(id, true, message, peers.now())) != SendResult::full) ++taken;
  EXPECT_GE(taken * message->size(), DataChannels::kMaxBufferedBytes);
  EXPECT_LE(taken * message->size(), DataChannels::kMaxBufferedBytes + 1024 * 1024);
  EXPECT_LE(peers.client.channels.buffered_bytes(), DataChannels::kMaxBufferedBytes);
  peers.cut(false);
  EXPECT_TRUE(peers.run_until([&] { return peers.server.messages.size() == taken; }));
  EXPECT_EQ(peers.client.channels.buffered_bytes(), 0u);
}

TEST(DataChannels, EmptyMessagesThatWaitAreBoundedToo) {
  Peers peers;
  const ChannelId id = peers.open({.label = "empty"});
  peers.cut(true);
  std::size_t taken = 0;
  while (taken < 1'000'000 && peers.client.channels.send(id, true, nullptr, peers.now()) != SendResult::full) ++taken;
  EXPECT_LT(taken, 100'000u);
  peers.cut(false);
  EXPECT_TRUE(peers.run_until([&] { return peers.server.messages.size() == taken; }, 600s));
}

TEST(DataChannels, LetsGoOfMessagesThatAreGone) {
  Peers peers;
  const ChannelId id = peers.open({.label = "kept"});
  peers.cut(true);
  std::vector<std::weak_ptr<const MessageBytes>> held;
  for (int i = 0; i < 40; ++i) {
    const auto message = bytes_of(std::string(100'000, 'm'));
    held.push_back(message);
    peers.client.channels.send(id, true, message, peers.now());
  }
  EXPECT_TRUE(held.front().expired());  // usrsctp has it
  EXPECT_FALSE(held.back().expired());
  peers.cut(false);
  peers.run_until([&] { return peers.server.messages.size() == 40; });
  EXPECT_TRUE(held.back().expired());
}

TEST(DataChannels, PeerThatDoesNotReadStopsTheSender) {
  Peers peers;
  const ChannelId id = peers.open({.label = "slow"});
  peers.server.reads = false;
  const auto message = bytes_of(std::string(64 * 1024, 'm'));
  std::size_t taken = 0;
  while (peers.client.channels.send(id, true, message, peers.now()) != SendResult::full) ++taken;
  peers.run_for(8s);
  EXPECT_GT(peers.client.channels.buffered_bytes(), 2u * 1024 * 1024);
  EXPECT_TRUE(peers.server.messages.empty());
  peers.server.reads = true;
  EXPECT_TRUE(peers.run_until([&] { return peers.server.messages.size() == taken; }, 60s));
}

TEST(DataChannels, LetsGoOfWhatWaitsForAPeerThatIsStuck) {
  Peers peers;
  const ChannelId id = peers.open({.label = "stuck"});
  peers.server.reads = false;
  const auto message = bytes_of(std::string(64 * 1024, 'm'));
  while (peers.client.channels.send(id, true, message, peers.now()) != SendResult::full) continue;
  peers.run_for(15s);
  EXPECT_EQ(peers.client.channels.buffered_bytes(), 0u);
  EXPECT_GT(peers.client.channels.given_up(), 30u);
  // The channel is as good as before.
  peers.server.reads = true;
  peers.client.channels.send(id, false, bytes_of("last"), peers.now());
  ASSERT_TRUE(peers.run_until(
      [&] { return !peers.server.messages.empty() && peers.server.messages.back().bytes.size() == 4; }));
}

TEST(DataChannels, CountsWhatGoesThrough) {
  Peers peers;
  const ChannelId id = peers.open({.label = "count"});
  peers.client.channels.send(id, false, bytes_of("12345"), peers.now());
  peers.client.channels.send(id, true, bytes_of(""), peers.now());
  peers.run_until([&] { return peers.server.messages.size() == 2; });
  const ChannelStats& out = peers.client.channels.find(id)->stats;
  const ChannelStats& in = peers.server.channels.find(id)->stats;
  EXPECT_EQ(out.messages_sent, 2u);
  EXPECT_EQ(out.bytes_sent, 5u);
  EXPECT_EQ(in.messages_received, 2u);
  EXPECT_EQ(in.bytes_received, 5u);
  EXPECT_EQ(peers.server.channels.opened(), 1u);
}

TEST(DataChannels, RefusesParametersThatCannotBe) {
  Peers peers;
  EXPECT_FALSE(peers.client.channels.open({.max_retransmits = 1, .max_lifetime_ms = 1}, peers.now()));
  EXPECT_FALSE(peers.client.channels.open({.label = std::string(65536, 'x')}, peers.now()));
}

TEST(DataChannels, StreamsAreNotWithoutEnd) {
  Peers peers;
  ASSERT_TRUE(peers.connect());
  for (unsigned i = 0; i < Association::kStreams / 2u; ++i)
    ASSERT_TRUE(peers.client.channels.open({}, peers.now())) << i;
  EXPECT_FALSE(peers.client.channels.open({}, peers.now()));
  EXPECT_TRUE(peers.run_until([&] { return peers.server.opened.size() == Association::kStreams / 2u; }));
}

}  // namespace
}  // namespace kaskado::sctp
