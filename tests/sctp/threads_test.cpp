// Associations of several threads share usrsctp: nothing of one must be touched by another.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "sctp/data_channels.hpp"

namespace kaskado::sctp {
namespace {

using namespace std::chrono_literals;

void pass(DataChannels& from, DataChannels& to, base::Instant now, std::size_t& messages) {
  for (base::Bytes packet; !(packet = from.next_packet()).empty();) {
    const std::vector<std::uint8_t> copy(packet.begin(), packet.end());
    to.receive(copy, now);
    to.flush(now);
    while (const auto event = to.next_event(now))
      messages += std::holds_alternative<ChannelMessage>(*event) ? 1 : 0;
  }
}

// A pair that lives on one thread, on its own time.
std::size_t exchange(std::size_t count) {
  base::Instant now{1h};
  DataChannels client({.dtls_client = true, .remote_max_message_bytes = 0}, now);
  DataChannels server({.dtls_client = false, .remote_max_message_bytes = 0}, now);
  const ChannelId id = client.open({.label = "threads"}, now).value();
  const auto message = std::make_shared<MessageBytes>(20'000, std::uint8_t{1});
  std::size_t came = 0;
  std::size_t sent = 0;
  for (int turn = 0; turn < 5000 && came < count; ++turn) {
    now += 1ms;
    if (sent < count && client.buffered_bytes() < 500'000) {
      client.send(id, true, message, now);
      ++sent;
    }
    client.advance(now);
    server.advance(now);
    std::size_t nothing = 0;
    pass(client, server, now, came);
    pass(server, client, now, nothing);
  }
  return came;
}

TEST(AssociationsOfThreads, DoNotDisturbEachOther) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kMessages = 100;
  std::vector<std::size_t> came(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i)
    threads.emplace_back([&came, i] { came[i] = exchange(kMessages); });
  for (std::thread& thread : threads) thread.join();
  for (const std::size_t each : came) EXPECT_EQ(each, kMessages);
}

TEST(AssociationsOfThreads, ComeAndGo) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 20; ++round) exchange(2);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace kaskado::sctp
