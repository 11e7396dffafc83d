#include "loop/sender_queues.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/random.hpp"

namespace kaskado::loop {
namespace {

constexpr std::size_t kMost = 256;

base::SocketAddress sender(std::uint16_t number) {
  return base::SocketAddress::v4({192, 0, 2, 1}, number);
}

class SenderQueuesTest : public testing::Test {
 protected:
  void push(std::uint16_t port_index, std::uint16_t from, std::uint8_t mark) {
    base::PacketRef packet = pool.acquire();
    packet->bytes[0] = mark;
    packet->length = 1;
    queues.push(port_index, {std::move(packet), sender(from)});
  }
  // "sender:mark" of each datagram, in their order.
  std::vector<std::string> take(std::uint16_t port_index = 0) {
    const SenderQueues::Batch batch = queues.take();
    EXPECT_EQ(batch.port_index, port_index);
    std::vector<std::string> taken;
    for (ReceivedDatagram& datagram : batch.datagrams) {
      taken.push_back(std::to_string(datagram.from.port()) + ":" + std::to_string(datagram.packet->bytes[0]));
      datagram.packet.reset();
    }
    return taken;
  }

  base::PacketPool pool{512};
  SenderQueues queues{kMost, 7};
};

using Taken = std::vector<std::string>;

TEST_F(SenderQueuesTest, BringTogetherWhatIsOfOneSender) {
  for (const std::uint8_t round : {0, 1, 2}) {
    for (const std::uint16_t from : {30, 10, 20}) push(0, from, round);
  }
  EXPECT_EQ(queues.size(), 9u);
  EXPECT_EQ(take(), (Taken{"30:0", "30:1", "30:2", "10:0", "10:1", "10:2", "20:0", "20:1", "20:2"}));
  EXPECT_TRUE(queues.empty());
  EXPECT_EQ(take(), Taken{});
}

TEST_F(SenderQueuesTest, KeepAWholeSenderForTheNextBatchWhereItDoesNotFit) {
  for (std::uint8_t i = 0; i < SenderQueues::kBatch - 4; ++i) push(0, 1, i);
  for (std::uint8_t i = 0; i < 5; ++i) push(0, 2, i);
  push(0, 3, 0);
  EXPECT_EQ(take().size(), SenderQueues::kBatch - 4);
  // Meanwhile more has come of the one that waits, and of the one that had its turn.
  push(0, 1, 99);
  push(0, 2, 5);
  EXPECT_EQ(take(), (Taken{"2:0", "2:1", "2:2", "2:3", "2:4", "2:5", "3:0", "1:99"}));
}

TEST_F(SenderQueuesTest, LetOthersPassOneThatFillsMoreThanABatch) {
  static_assert(SenderQueues::kBatch == 32);
  for (std::uint8_t i = 0; i < 66; ++i) push(0, 1, i);
  push(0, 2, 0);
  const Taken first = take();
  ASSERT_EQ(first.size(), SenderQueues::kBatch);
  EXPECT_EQ(first.back(), "1:31");
  EXPECT_EQ(take(), Taken{"2:0"});
  const Taken second = take();
  ASSERT_EQ(second.size(), SenderQueues::kBatch);
  EXPECT_EQ(second.front(), "1:32");
  EXPECT_EQ(take(), (Taken{"1:64", "1:65"}));
}

TEST_F(SenderQueuesTest, GiveABatchOfOnePort) {
  push(0, 1, 0);
  push(1, 1, 1);
  push(0, 1, 2);
  push(0, 2, 3);
  EXPECT_EQ(take(0), (Taken{"1:0", "1:2"}));
  EXPECT_EQ(take(1), Taken{"1:1"});
  EXPECT_EQ(take(0), Taken{"2:3"});
}

TEST_F(SenderQueuesTest, ForgetAPortAndKeepTheOthersInTheirOrder) {
  for (const std::uint16_t port : {0, 1, 2}) push(port, 5, static_cast<std::uint8_t>(port));
  push(1, 6, 9);
  const std::size_t held = pool.in_use();
  queues.forget(1);
  EXPECT_EQ(pool.in_use(), held - 2);
  EXPECT_EQ(queues.size(), 2u);
  push(1, 6, 10);  // of a port that has the index now
  EXPECT_EQ(take(0), Taken{"5:0"});
  EXPECT_EQ(take(2), Taken{"5:2"});
  EXPECT_EQ(take(1), Taken{"6:10"});
}

TEST_F(SenderQueuesTest, HoldNoPacketThatHasBeenTaken) {
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < kMost; ++i) push(0, static_cast<std::uint16_t>(i % 50), 0);
    EXPECT_EQ(queues.room(), 0u);
    while (!queues.empty()) take();
    EXPECT_EQ(queues.room(), kMost);
    EXPECT_EQ(pool.in_use(), 0u);
  }
}

// Against a plain model: of each sender everything comes, once and in order, and nobody waits for ever.
TEST_F(SenderQueuesTest, KeepEachSendersOrderWhateverComes) {
  base::SeededRandom random(3);
  std::map<std::uint16_t, std::deque<std::uint8_t>> waiting;
  std::map<std::uint16_t, std::uint8_t> next;
  std::size_t taken = 0;
  const auto take_and_check = [&] {
    for (ReceivedDatagram& datagram : queues.take().datagrams) {
      auto& expected = waiting[datagram.from.port()];
      ASSERT_FALSE(expected.empty());
      ASSERT_EQ(datagram.packet->bytes[0], expected.front());
      expected.pop_front();
      datagram.packet.reset();
      ++taken;
    }
  };
  for (int step = 0; step < 5'000; ++step) {
    for (std::uint32_t more = random.below(40); more > 0 && queues.room() > 0; --more) {
      const auto from = static_cast<std::uint16_t>(random.below(3) ? random.below(60) : 7);
      waiting[from].push_back(next[from]);
      push(0, from, next[from]++);
    }
    take_and_check();
  }
  while (!queues.empty()) take_and_check();
  for (const auto& [from, left] : waiting) EXPECT_TRUE(left.empty()) << from;
  EXPECT_GT(taken, 50'000u);
  EXPECT_EQ(pool.in_use(), 0u);
}

}  // namespace
}  // namespace kaskado::loop
