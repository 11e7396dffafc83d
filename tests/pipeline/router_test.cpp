#include "pipeline/router.hpp"

#include "fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    source_stream.emplace(rtp::ReceiveStreamConfig{
        .ssrc = rtp::Ssrc{kSsrc}, .feedback_sender = rtp::Ssrc{1}, .payloads = kReceived});
    for (Viewer* viewer : {&first, &second, &third}) {
      viewer->stream.switch_source(source_stream->source());
      router.subscribe({&viewer->stream, &viewer->far_end.line});
    }
  }

  struct Viewer {
    explicit Viewer(std::uint16_t number)
        : stream({.ssrc = rtp::Ssrc{number},
                  .payloads = kSent,
                  .extensions = {},
                  .mid = {},
                  .first_sequence = {static_cast<std::uint16_t>(number * 100)},
                  .first_timestamp = {}}),
          far_end(number) {}
    rtp::SendStream stream;
    Subscriber far_end;
  };

  // Packets as a source has accepted them, the first one being a key frame.
  std::vector<rtp::MediaPacket> run(std::uint16_t first_sequence, int packets) {
    std::vector<rtp::MediaPacket> made;
    for (int i = 0; i < packets; ++i) {
      const auto sequence = static_cast<std::uint16_t>(first_sequence + i);
      made.push_back(rtp::test::make_media(pool, vp8(sequence, i == 0), kStart));
      EXPECT_EQ(source_stream->accept(made.back(), kStart).drop, DropReason::none);
    }
    return made;
  }
  void forward(std::span<const rtp::MediaPacket> packets) { router.forward(packets, kStart, outbox, drops); }
  void deliver() {
    for (Viewer* viewer : {&first, &second, &third}) viewer->far_end.take(outbox);
    outbox.clear();
  }

  static constexpr std::array<rtp::ReceivePayload, 2> kReceived{
      {{{96}, rtp::VideoCodec::vp8}, {{98}, rtp::VideoCodec::vp8}}};
  static constexpr std::array<rtp::SendPayload, 1> kSent{{{{96}, {100}}}};
  base::PacketPool pool{1024};
  base::Outbox outbox{64};
  base::DropCounters drops;
  std::optional<rtp::ReceiveStream> source_stream;
  Viewer first{1}, second{2}, third{3};
  Router router;
};

TEST_F(RouterTest, SendsAWholeRunToOneSubscriberAfterTheOther) {
  forward(run(500, 3));
  std::vector<std::uint16_t> destinations;
  for (const base::Egress& egress : outbox.pending()) destinations.push_back(egress.path.remote.port());
  EXPECT_EQ(destinations, (std::vector<std::uint16_t>{1, 1, 1, 2, 2, 2, 3, 3, 3}));
  deliver();
  for (const Viewer* viewer : {&first, &second, &third}) {
    ASSERT_EQ(viewer->far_end.rtp.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
      const Heard& heard = viewer->far_end.rtp[i];
      EXPECT_EQ(heard.header.ssrc, viewer->stream.ssrc());
      EXPECT_EQ(heard.header.payload_type.value, 100);
      EXPECT_EQ(heard.header.sequence.value, viewer->stream.ssrc().value * 100 + i);
      EXPECT_EQ(heard.payload, vp8(static_cast<std::uint16_t>(500 + i), i == 0).payload);
    }
  }
}

TEST_F(RouterTest, LeavesTheReceivedPacketsAsTheyAre) {
  const auto packets = run(500, 2);
  std::vector<Octets> before;
  for (const auto& packet : packets) {
    const base::Bytes bytes = std::as_const(*packet.packet).span();
    before.emplace_back(bytes.begin(), bytes.end());
  }
  forward(packets);
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const base::Bytes bytes = std::as_const(*packets[i].packet).span();
    EXPECT_EQ(Octets(bytes.begin(), bytes.end()), before[i]);
  }
}

TEST_F(RouterTest, SpendsNoNumbersOnAClosedLine) {
  second.far_end.line.close();
  forward(run(500, 3));
  second.far_end.line.open(second.far_end.path);
  forward(run(503, 2));
  deliver();
  EXPECT_EQ(first.far_end.sequences(), (std::vector<std::uint16_t>{100, 101, 102, 103, 104}));
  EXPECT_EQ(second.far_end.sequences(), (std::vector<std::uint16_t>{200, 201}));
  EXPECT_EQ(second.stream.stats().packets, 2u);
}

TEST_F(RouterTest, AViewerThatWaitsForAKeyFrameHoldsUpNobody) {
  const auto packets = run(500, 3);
  forward(std::span(packets).first(1));
  second.stream.switch_source({});
  second.stream.switch_source(source_stream->source());
  forward(std::span(packets).subspan(1));
  deliver();
  EXPECT_EQ(first.far_end.rtp.size(), 3u);
  EXPECT_EQ(third.far_end.rtp.size(), 3u);
  EXPECT_EQ(second.far_end.rtp.size(), 1u);
  EXPECT_EQ(drops.of(DropReason::waiting_for_key_frame), 2u);
  forward(run(503, 2));
  deliver();
  EXPECT_EQ(second.far_end.sequences(), (std::vector<std::uint16_t>{200, 201, 202}));
}

TEST_F(RouterTest, UnsubscribesOneAndNoOther) {
  router.unsubscribe(second.stream);
  EXPECT_EQ(router.subscriptions(), 2u);
  router.unsubscribe(second.stream);
  EXPECT_EQ(router.subscriptions(), 2u);
  forward(run(500, 1));
  deliver();
  EXPECT_EQ(first.far_end.rtp.size(), 1u);
  EXPECT_TRUE(second.far_end.rtp.empty());
  EXPECT_EQ(third.far_end.rtp.size(), 1u);
}

TEST_F(RouterTest, CountsWhyAPacketDidNotGo) {
  auto packets = run(500, 1);
  auto other = rtp::test::make_media(
      pool,
      [] {
        PacketSpec spec = vp8(501);
        spec.payload_type = 98;  // received, but nobody takes it
        return spec;
      }(),
      kStart);
  EXPECT_EQ(source_stream->accept(other, kStart).drop, DropReason::none);
  packets.push_back(other);
  third.stream.switch_source({});
  forward(packets);
  EXPECT_EQ(outbox.pending().size(), 2u);
  EXPECT_EQ(drops.of(DropReason::unknown_payload_type), 3u);
  EXPECT_EQ(drops.of(DropReason::unknown_ssrc), 1u);
}

// A full datagram becomes longer where the subscriber's header is: it goes nowhere, and is counted.
TEST_F(RouterTest, CountsAPacketThatDoesNotFitBehindTheNewHeader) {
  rtp::ExtensionMap map;
  map.set(rtp::ExtensionKind::abs_send_time, 2);
  rtp::SendStream stream({.ssrc = rtp::Ssrc{9}, .payloads = kSent, .extensions = map, .mid = {}});
  stream.switch_source(source_stream->source());
  router.subscribe({&stream, &third.far_end.line});
  PacketSpec spec = vp8(500, true);
  spec.payload.resize(base::kMaxDatagramBytes - rtp::kFixedHeaderBytes);
  auto packet = rtp::test::make_media(pool, spec, kStart);
  ASSERT_EQ(source_stream->accept(packet, kStart).drop, DropReason::none);
  router.forward({&packet, 1}, kStart, outbox, drops);
  EXPECT_EQ(outbox.pending().size(), 3u);
  EXPECT_EQ(drops.of(DropReason::datagram_too_long), 1u);
  deliver();
  EXPECT_EQ(first.far_end.rtp.at(0).payload, spec.payload);
}

// More than the outbox holds: it is drained in the middle, and nothing is lost or out of order.
TEST_F(RouterTest, GoesOnWhenTheOutboxIsFlushedInTheMiddleOfARun) {
  struct Network {
    std::vector<Viewer*> viewers;
    int drains = 0;
  } network{{&first, &second, &third}};
  base::Outbox small(
      7,
      [](void* owner, base::Outbox& full) {
        auto& to = *static_cast<Network*>(owner);
        ++to.drains;
        for (Viewer* viewer : to.viewers) viewer->far_end.take(full);
        full.clear();
      },
      &network);
  const auto packets = run(500, 50);
  router.forward(packets, kStart, small, drops);
  for (Viewer* viewer : network.viewers) viewer->far_end.take(small);
  EXPECT_EQ(network.drains, 150 / 7);
  for (const Viewer* viewer : network.viewers) {
    ASSERT_EQ(viewer->far_end.rtp.size(), 50u);
    for (std::size_t i = 0; i < 50; ++i) {
      EXPECT_EQ(viewer->far_end.rtp[i].payload.back(), static_cast<std::uint8_t>(500 + i));
    }
  }
  EXPECT_EQ(small.dropped(), 0u);
}

}  // namespace
}  // namespace kaskado::pipeline::test
