// A packet's way through a session to its subscribers allocates nothing once it runs: operator new is counted
// in this executable.
#include <gtest/gtest.h>

#include "base/allocation_counter.hpp"
#include "rtp_session_fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

using base::test::allocations;

class Allocation : public RtpSessionTest {
 protected:
  static constexpr std::size_t kViewers = 20;
  static constexpr std::uint16_t kRun = 8;

  Allocation() {
    feedback_of_video({"nack", "nack pli", "transport-cc"});
    configure();
    for (std::size_t i = 0; i < kViewers; ++i) {
      lines.push_back(std::make_unique<Subscriber>(static_cast<std::uint16_t>(100 + i)));
      sinks.push_back(std::make_unique<RtpSink>(shard, lines.back()->line, MediaType::video));
      sinks.back()->configure({{format(100, "VP8")}, {}, "v"});
      sinks.back()->bind(&session.source(MediaType::video));
    }
    spec.extension = extension_block({{kMidId, {'v'}}, {kTransportCcId, {0, 0}}});
  }

  // One run of packets, some of them lost or twice, to all viewers.
  void run() {
    at(round * 10ms);
    for (std::uint16_t i = 0; i < kRun; ++i, ++sequence) {
      spec.sequence = sequence;
      spec.timestamp = round * 900u;
      spec.ssrc = kVideoSsrc;
      spec.extension[8] = static_cast<std::uint8_t>(sequence >> 8);
      spec.extension[9] = static_cast<std::uint8_t>(sequence);
      spec.payload[1] = round % 50 == 0 && i == 0 ? 0x00 : 0x01;
      if (sequence % 61 == 60) continue;
      const int copies = sequence % 97 == 0 ? 2 : 1;
      for (int copy = 0; copy < copies; ++copy) receive(spec);
    }
    session.end_run(shard.outbox());
    ++round;
  }

  std::vector<std::unique_ptr<Subscriber>> lines;
  std::vector<std::unique_ptr<RtpSink>> sinks;
  PacketSpec spec = vp8(1, true);
  std::uint16_t sequence = 1;
  int round = 0;
};

TEST_F(Allocation, DoesNotHappenForAPacketOfTwentyViewers) {
  for (int i = 0; i < 200; ++i) run();  // pools, histories and queues have their sizes by then
  shard.outbox().clear();
  const std::uint64_t sent_before = sinks[0]->stream()->stats().packets;
  std::size_t made = 0;
  for (int i = 0; i < 200; ++i) {
    const std::size_t before = allocations;
    run();
    made += allocations - before;
  }
  // The packets that the test itself makes hold no memory of their own, so nothing is left to explain.
  EXPECT_EQ(made, 0u);
  EXPECT_GT(sinks[0]->stream()->stats().packets, sent_before + 200 * (kRun - 1));
  EXPECT_GT(flushes, 200u);
}

TEST_F(Allocation, DoesNotHappenForANackAndItsAnswer) {
  for (const auto& sink : sinks) sink->bind(nullptr);
  RtpSink& sink = session.sink(MediaType::video);
  sink.bind(&session.source(MediaType::video));
  for (int i = 0; i < 60; ++i) {
    run();
    peer.take_all(shard.outbox());
  }
  ASSERT_GT(peer.rtp.size(), 60u);
  std::array<rtp::SequenceNumber, 60> all;
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = peer.rtp[peer.rtp.size() - all.size() + i].header.sequence;
  std::array<std::uint8_t, 200> memory;
  rtp::RtcpBuilder builder(memory);
  builder.nack(rtp::Ssrc{1}, sink.ssrc(), all);
  at(round * 10ms + 200ms);
  const std::size_t before = allocations;
  session.receive_rtcp(builder.written(), now(), shard.outbox());
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(sink.stream()->stats().retransmitted_packets, all.size());
}

}  // namespace
}  // namespace kaskado::pipeline::test
