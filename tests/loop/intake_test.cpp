#include "loop/intake.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "loop/loop.hpp"
#include "loop/udp_port.hpp"

namespace kaskado::loop {
namespace {

using namespace std::chrono_literals;

// What is told of a batch: "sender:text" of each datagram, where a sender is one of the test's ports.
struct Recorder : DatagramHandler {
  void on_batch(std::uint16_t port_index, std::span<ReceivedDatagram> batch, base::Instant now) override {
    batches.emplace_back();
    for (const ReceivedDatagram& datagram : batch) {
      EXPECT_LE(datagram.packet->arrived, now);
      batches.back().push_back(std::to_string(names[datagram.from.port()]) + ":" +
                               std::string(base::as_text(datagram.packet->span())));
    }
    datagrams += batch.size();
    on_told(port_index);
  }
  void on_queue_overflow(base::Instant) override { ++overflows; }

  std::map<std::uint16_t, std::uint16_t> names;  // of senders, by port number
  std::vector<std::vector<std::string>> batches;
  std::size_t datagrams = 0;
  int overflows = 0;
  std::function<void(std::uint16_t port_index)> on_told = [](std::uint16_t) {};
};

class IntakeTest : public testing::Test {
 protected:
  static constexpr std::uint16_t kSenders = 20;
  static constexpr std::size_t kMostWaiting = 280;

  IntakeTest() {
    for (std::uint16_t i = 0; i < kSenders; ++i) {
      senders.push_back(open(static_cast<std::uint16_t>(i + 2)));
      recorder.names[senders.back()->local().port()] = i;
    }
    guard.arm(monotonic_now() + 10s);
  }
  std::unique_ptr<UdpPort> open(std::uint16_t index) {
    return UdpPort::open(loop, *base::SocketAddress::parse("127.0.0.1", 0), index, intake).value();
  }
  void send(std::uint16_t from, UdpPort& to, const std::string& text) {
    outbox.send(base::as_bytes(text), {0, to.local()});
    senders[from]->send(outbox, outbox.pending());
    outbox.clear();
  }
  void run_until_told_of(std::size_t datagrams) {
    recorder.on_told = [this, datagrams, also = recorder.on_told](std::uint16_t port) {
      also(port);
      if (recorder.datagrams >= datagrams) loop.stop();
    };
    loop.run();
  }
  std::vector<std::string> told() const {
    std::vector<std::string> all;
    for (const auto& batch : recorder.batches) all.insert(all.end(), batch.begin(), batch.end());
    return all;
  }

  Loop loop;
  base::PacketPool pool{512};
  Recorder recorder;
  Intake intake{loop, pool, 1, recorder, kMostWaiting};
  std::unique_ptr<UdpPort> a = open(0), b = open(1);
  std::vector<std::unique_ptr<UdpPort>> senders;
  base::Outbox outbox{4};
  Timer guard{loop, [this] { loop.stop(); }};
};

// Far more than one read takes: what has come of a sender is dealt with at once, however it was mixed.
TEST_F(IntakeTest, BringsABacklogTogetherBySenders) {
  constexpr int kEach = 10;
  for (int i = 0; i < kEach; ++i) {
    for (std::uint16_t from = 0; from < kSenders; ++from) send(from, *a, std::to_string(i));
  }
  run_until_told_of(kSenders * kEach);
  std::vector<std::string> expected;
  for (std::uint16_t from = 0; from < kSenders; ++from) {
    for (int i = 0; i < kEach; ++i) expected.push_back(std::to_string(from) + ":" + std::to_string(i));
  }
  EXPECT_EQ(told(), expected);
  EXPECT_EQ(recorder.batches.size(), 7u);  // of three whole senders each, and the rest
}

TEST_F(IntakeTest, ALongBacklogLetsTheRestOfTheLoopHaveItsTurns) {
  // Each batch takes longer than a turn may.
  constexpr int kEach = Intake::kBatch;
  for (std::uint16_t from = 0; from < 3; ++from) {
    for (int i = 0; i < kEach; ++i) send(from, *a, std::to_string(i));
  }
  std::vector<std::size_t> batches_at_rounds;
  loop.after_each_round([&] { batches_at_rounds.push_back(recorder.batches.size()); });
  recorder.on_told = [](std::uint16_t) {
    const base::Instant end = monotonic_now() + Intake::kLongestTurn;
    while (monotonic_now() < end) continue;
  };
  run_until_told_of(3 * kEach);
  EXPECT_EQ(recorder.batches.size(), 3u);
  // Before the loop went round, one of them and no more had had its turn.
  EXPECT_NE(std::ranges::find(batches_at_rounds, 1u), batches_at_rounds.end());
  EXPECT_NE(std::ranges::find(batches_at_rounds, 2u), batches_at_rounds.end());
}

TEST_F(IntakeTest, WhatComesMeanwhileJoinsWhatWaits) {
  for (std::size_t i = 0; i < Intake::kBatch; ++i) send(0, *a, "x");
  send(1, *a, "1");
  bool first = true;
  recorder.on_told = [&](std::uint16_t) {
    if (!std::exchange(first, false)) return;
    send(1, *a, "2");
    const base::Instant end = monotonic_now() + Intake::kLongestTurn;
    while (monotonic_now() < end) continue;
  };
  run_until_told_of(Intake::kBatch + 2);
  ASSERT_EQ(recorder.batches.size(), 2u);
  EXPECT_EQ(recorder.batches[1], (std::vector<std::string>{"1:1", "1:2"}));
}

TEST_F(IntakeTest, APortThatReadsNoMoreIsToldOfNothing) {
  for (std::size_t i = 0; i < Intake::kBatch; ++i) send(0, *a, "x");
  send(1, *b, "gone");
  send(2, *b, "gone");
  recorder.on_told = [&](std::uint16_t) { b->stop_reading(); };
  send(3, *a, "still");
  run_until_told_of(Intake::kBatch + 1);
  Timer end(loop, [&] { loop.stop(); });
  end.arm(monotonic_now() + 20ms);
  loop.run();
  EXPECT_EQ(recorder.datagrams, Intake::kBatch + 1);
  EXPECT_EQ(told().back(), "3:still");
  EXPECT_LE(pool.in_use(), 32u + SenderQueues::kBatch);  // that wait to be filled, and the last batch's
}

// A port for each of thousands of sessions must not each keep packets ready.
TEST_F(IntakeTest, PortsShareThePacketsThatWaitToBeFilled) {
  send(0, *b, "one");
  run_until_told_of(1);
  const std::size_t waiting = pool.in_use();
  EXPECT_GT(waiting, 0u);
  send(0, *a, "two");
  run_until_told_of(2);
  EXPECT_EQ(told(), (std::vector<std::string>{"0:one", "0:two"}));
  EXPECT_EQ(pool.in_use(), waiting);
}

// What does not fit waits in its socket, and is read after.
TEST_F(IntakeTest, AFloodBeyondItsBoundIsDealtWithInTime) {
  constexpr std::size_t kFlood = 500;  // which fits the least of socket buffers
  std::size_t most_in_use = 0;
  for (std::size_t i = 0; i < kFlood; ++i) send(static_cast<std::uint16_t>(i % kSenders), *a, "x");
  recorder.on_told = [&](std::uint16_t) { most_in_use = std::max(most_in_use, pool.in_use()); };
  run_until_told_of(kFlood);
  EXPECT_EQ(recorder.datagrams, kFlood);
  EXPECT_EQ(recorder.overflows, 0);
  EXPECT_LE(most_in_use, kMostWaiting + 32 + 2 * SenderQueues::kBatch);
}

}  // namespace
}  // namespace kaskado::loop
