// Ports of TCP connections against each other, on one loop. Nothing waits for a time to pass, only for what
// it expects.
#include "pipeline/stream_port.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace kaskado::pipeline::test {
namespace {

using namespace std::chrono_literals;

struct Ear final : StreamPort::Handler {
  void on_batch(std::uint16_t port_index, std::span<loop::ReceivedDatagram> batch, base::Instant) override {
    for (const loop::ReceivedDatagram& datagram : batch) {
      EXPECT_EQ(port_index, index);
      heard.emplace_back(base::as_text(datagram.packet->span()));
      from = datagram.from;
    }
    largest_batch = std::max(largest_batch, batch.size());
    told();
  }
  void on_queue_overflow(base::Instant) override {}
  void on_stream_end(std::uint16_t port_index, const base::SocketAddress&, base::Instant) override {
    EXPECT_EQ(port_index, index);
    ++ends;
    told();
  }

  explicit Ear(std::uint16_t index_) : index(index_) {}
  const std::uint16_t index;
  std::vector<std::string> heard;
  base::SocketAddress from;
  std::size_t largest_batch = 0;
  int ends = 0;
  std::function<void()> told = [] {};
};

class StreamPorts : public testing::Test {
 protected:
  StreamPorts() {
    auto opened = StreamPort::listen(loop, kLocal, listening.index, pool, listening);
    EXPECT_TRUE(opened.ok());
    listener = std::move(opened).value();
    connector = connect(transport::StreamUse::ice_tcp);
  }
  std::unique_ptr<StreamPort> connect(transport::StreamUse use) {
    return StreamPort::connect_on_demand(loop, kLocal, use, connecting.index, pool, connecting);
  }
  static void send(StreamPort& port, std::uint16_t index, const base::SocketAddress& to,
                   const std::vector<std::string>& messages) {
    base::Outbox outbox(256);
    for (const std::string& message : messages) outbox.send(base::as_bytes(message), {index, to});
    port.send(outbox, outbox.pending());
  }
  // Runs the loop until `done`, but not for ever.
  void run_until(std::function<bool()> done) {
    const auto look = [this, done] {
      if (done()) loop.stop();
    };
    listening.told = connecting.told = look;
    loop::Timer limit(loop, [this] {
      ADD_FAILURE() << "not in time";
      loop.stop();
    });
    limit.arm(loop::monotonic_now() + 20s);
    if (!done()) loop.run();
  }

  const base::SocketAddress kLocal = base::SocketAddress::v4({127, 0, 0, 1}, 0);
  loop::Loop loop;
  base::PacketPool pool{1000};
  Ear listening{1}, connecting{2};
  std::unique_ptr<StreamPort> listener, connector;
};

TEST_F(StreamPorts, CarryDatagramsBothWaysInOrder) {
  std::vector<std::string> messages;
  for (int i = 0; i < 200; ++i)
    messages.push_back("message " + std::to_string(i) + std::string(static_cast<std::size_t>(i) * 7, '.'));
  send(*connector, 2, listener->local(), messages);
  run_until([&] { return listening.heard.size() == messages.size(); });
  EXPECT_EQ(listening.heard, messages);
  EXPECT_LE(listening.largest_batch, loop::Intake::kBatch);
  EXPECT_EQ(listener->connections(), 1u);
  send(*listener, 1, listening.from, {"answer"});
  run_until([&] { return !connecting.heard.empty(); });
  EXPECT_EQ(connecting.heard, std::vector<std::string>{"answer"});
  EXPECT_EQ(connecting.from, listener->local());
}

TEST_F(StreamPorts, TheListeningOneConnectsToNobody) {
  send(*listener, 1, connector->local().with_port(9), {"hello"});
  EXPECT_EQ(listener->connections(), 0u);
  EXPECT_EQ(listener->lost(), 1u);
}

TEST_F(StreamPorts, TellsWhereNobodyListens) {
  const base::SocketAddress gone = listener->local();
  listener.reset();
  send(*connector, 2, gone, {"hello"});
  run_until([&] { return connecting.ends > 0 || connector->lost() > 0; });
  EXPECT_EQ(connector->connections(), 0u);
}

TEST_F(StreamPorts, TellsOfTheEndAndConnectsAnew) {
  send(*connector, 2, listener->local(), {"one"});
  run_until([&] { return listening.heard.size() == 1; });
  connector = connect(transport::StreamUse::ice_tcp);
  run_until([&] { return listening.ends == 1; });
  EXPECT_EQ(listener->connections(), 0u);
  send(*connector, 2, listener->local(), {"two"});
  run_until([&] { return listening.heard.size() == 2; });
}

// A peer of the other framing, or one that is none at all.
TEST_F(StreamPorts, WhatCannotBeUnderstoodEndsTheConnection) {
  connector = connect(transport::StreamUse::turn_tcp);
  const std::string stun("\0\x01\0\0\x21\x12\xa4\x42............", 20);
  send(*connector, 2, listener->local(), {stun});
  run_until([&] { return listening.heard.size() == 1; });
  send(*listener, 1, listening.from, {std::string(300, 'y')});
  run_until([&] { return connecting.ends == 1; });
  EXPECT_TRUE(connecting.heard.empty());
}

TEST_F(StreamPorts, WhatIsNotTakenIsLostBeyondABound) {
  send(*connector, 2, listener->local(), {"hello"});
  run_until([&] { return listening.heard.size() == 1; });
  const std::string large(1400, 'x');
  // Nobody reads while the loop does not run.
  for (int i = 0; i < 20'000; ++i) send(*connector, 2, listener->local(), {large});
  EXPECT_GT(connector->lost(), 0u);
}

TEST_F(StreamPorts, AnEmptyPoolLosesWhatComes) {
  std::vector<base::PacketRef> held;
  while (base::PacketRef packet = pool.acquire()) held.push_back(std::move(packet));
  send(*connector, 2, listener->local(), {"lost"});
  listening.told = [] {};
  loop::Timer look(loop, [this] { loop.stop(); });
  while (listener->lost() == 0) {
    look.arm(loop::monotonic_now());
    loop.run();
  }
  held.clear();
  send(*connector, 2, listener->local(), {"heard"});
  run_until([&] { return !listening.heard.empty(); });
  EXPECT_EQ(listening.heard, std::vector<std::string>{"heard"});
}

}  // namespace
}  // namespace kaskado::pipeline::test
