#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "peers.hpp"

namespace kaskado::sctp {
namespace {

using namespace std::chrono_literals;
using SendResult = DataChannels::SendResult;

// Numbered in its first four octets, and of a content that its number tells.
std::shared_ptr<const MessageBytes> numbered(std::uint32_t number, std::size_t length) {
  auto bytes = std::make_shared<MessageBytes>(length);
  std::mt19937 noise(number);
  for (auto& octet : *bytes) octet = static_cast<std::uint8_t>(noise());
  base::store_u32(bytes->data(), number);
  return bytes;
}

// Sends as much as finds room, up to `count`, and lets time pass until all has come or the time is up.
void transfer(Peers& peers, ChannelId id, std::uint32_t count, std::size_t length, base::Duration limit) {
  std::uint32_t next = 0;
  const auto fill = [&] {
    while (next < count && peers.client.channels.buffered_bytes() < 512 * 1024) {
      const auto result = peers.client.channels.send(id, true, numbered(next, length), peers.now());
      ASSERT_TRUE(result == SendResult::sent || result == SendResult::waits);
      ++next;
    }
  };
  peers.run_until(
      [&] {
        fill();
        return peers.server.messages.size() == count;
      },
      limit);
}

void expect_whole(const Peers& peers, std::uint32_t count, std::size_t length, bool in_order) {
  ASSERT_EQ(peers.server.messages.size(), count);
  std::vector<std::uint32_t> numbers;
  for (const ChannelMessage& message : peers.server.messages) {
    ASSERT_EQ(message.bytes.size(), length);
    numbers.push_back(base::load_u32(message.bytes.data()));
    ASSERT_EQ(message.bytes, *numbered(numbers.back(), length));
  }
  std::vector<std::uint32_t> all(count);
  std::iota(all.begin(), all.end(), 0u);
  if (!in_order) std::ranges::sort(numbers);
  EXPECT_EQ(numbers, all);
}

TEST(Transfer, OrderedThroughLossReorderingAndDuplicates) {
  for (const bool interleaving : {true, false}) {
    DataChannelsConfig client{.association = {.interleaving = interleaving}, .remote_max_message_bytes = 0};
    DataChannelsConfig server{.dtls_client = false};
    Peers peers({.loss = 0.02, .duplicates = 0.02, .delay = 20ms, .jitter = 10ms}, client, server, 7);
    const ChannelId id = peers.open({.label = "ordered"});
    transfer(peers, id, 200, 16 * 1024, 600s);
    expect_whole(peers, 200, 16 * 1024, true);
  }
}

TEST(Transfer, UnorderedThroughLoss) {
  Peers peers({.loss = 0.05, .delay = 20ms}, 3);
  const ChannelId id = peers.open({.label = "unordered", .ordered = false});
  transfer(peers, id, 500, 1000, 600s);
  expect_whole(peers, 500, 1000, false);
  std::vector<std::uint32_t> numbers;
  for (const ChannelMessage& message : peers.server.messages)
    numbers.push_back(base::load_u32(message.bytes.data()));
  EXPECT_FALSE(std::ranges::is_sorted(numbers)) << "nothing was overtaken, so the channel was ordered";
}

TEST(Transfer, TwentyMegabytesOfTheLongestMessages) {
  Peers peers({.delay = 5ms});
  const ChannelId id = peers.open({.label = "bulk"});
  const base::Instant begun = peers.now();
  transfer(peers, id, 80, DataChannels::kMaxMessageBytes, 600s);
  expect_whole(peers, 80, DataChannels::kMaxMessageBytes, true);
  // A megabyte a round trip is what the buffers allow.
  EXPECT_LT(peers.now() - begun, 3s);
}

TEST(Transfer, GivesUpAfterSoManyRetransmissions) {
  Peers peers({.loss = 0.2, .delay = 20ms}, 5);
  const ChannelId id = peers.open({.label = "lossy", .ordered = false, .max_retransmits = 0});
  transfer(peers, id, 1000, 1000, 60s);
  peers.run_for(10s);
  const std::size_t came = peers.server.messages.size();
  EXPECT_GT(came, 600u);
  EXPECT_LT(came, 950u);
  EXPECT_EQ(peers.client.channels.deadline(), base::kNever);  // nothing is tried any more
}

TEST(Transfer, GivesUpAfterSoLong) {
  Peers peers;
  const ChannelId id = peers.open({.label = "short-lived", .max_lifetime_ms = 300});
  peers.cut(true);
  for (std::uint32_t number = 0; number < 100; ++number)
    peers.client.channels.send(id, true, numbered(number, 50'000), peers.now());
  EXPECT_GT(peers.client.channels.buffered_bytes(), 0u);
  peers.run_for(10s);
  peers.cut(false);
  peers.client.channels.send(id, true, numbered(1000, 1000), peers.now());
  ASSERT_TRUE(peers.run_until([&] { return !peers.server.messages.empty(); }));
  peers.run_for(10s);
  // What usrsctp had taken into its buffer and not sent yet is not given up, nothing else is left.
  EXPECT_LT(peers.server.messages.size(), 20u);
  EXPECT_EQ(base::load_u32(peers.server.messages.back().bytes.data()), 1000u);
}

// RFC 8260: a long message of one channel does not keep another waiting.
TEST(Transfer, ShortMessageOvertakesALongOneOfAnotherChannel) {
  const auto first_to_come = [](bool interleaving) {
    DataChannelsConfig client{.association = {.interleaving = interleaving}, .remote_max_message_bytes = 0};
    DataChannelsConfig server{.association = {.interleaving = interleaving}, .dtls_client = false};
    Peers peers({.delay = 50ms}, client, server);
    const ChannelId long_one = peers.open({.label = "long"});
    const ChannelId short_one = peers.client.channels.open({.label = "short"}, peers.now()).value();
    peers.run_until([&] { return peers.client.opened.size() == 2; });
    peers.client.channels.send(long_one, true, numbered(1, DataChannels::kMaxMessageBytes), peers.now());
    peers.client.channels.send(short_one, true, numbered(2, 100), peers.now());
    peers.run_until([&] { return peers.server.messages.size() == 2; });
    return peers.server.messages.at(0).id == short_one;
  };
  EXPECT_TRUE(first_to_come(true));
  EXPECT_FALSE(first_to_come(false));
}

TEST(Transfer, BothWaysAtOnce) {
  Peers peers({.loss = 0.01, .delay = 10ms}, 11);
  const ChannelId id = peers.open({.label = "both"});
  for (std::uint32_t number = 0; number < 100; ++number) {
    peers.client.channels.send(id, true, numbered(number, 10'000), peers.now());
    peers.server.channels.send(id, true, numbered(number, 10'000), peers.now());
  }
  EXPECT_TRUE(peers.run_until(
      [&] { return peers.server.messages.size() == 100 && peers.client.messages.size() == 100; }));
  expect_whole(peers, 100, 10'000, true);
}

}  // namespace
}  // namespace kaskado::sctp
