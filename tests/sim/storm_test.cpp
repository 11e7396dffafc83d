// Peers that ask for more than is good, and peers that say goodbye.
#include <algorithm>

#include "scene.hpp"
#include "stream_check.hpp"

namespace kaskado::sim {
namespace {

using Events = std::vector<std::string>;

class Storm : public testing::Test {
 protected:
  static constexpr rtp::MediaKind kKinds[] = {rtp::MediaKind::video, rtp::MediaKind::audio};

  Storm() {
    for (int i = 0; i < 3; ++i) viewers.push_back(&scene.add_viewer(publisher));
    EXPECT_TRUE(scene.connect());
    publisher.start_media();
    scene.run_for(3s);
  }
  // From all viewers, each 10 ms for as long.
  void storm(Duration span, const std::function<void(SimPeer& viewer, int round, rtp::RtcpBuilder&)>& write) {
    const int rounds = static_cast<int>(span / 10ms);
    for (int round = 0; round < rounds; ++round) {
      for (SimPeer* viewer : viewers) {
        viewer->send_rtcp([&](rtp::RtcpBuilder& builder) { write(*viewer, round, builder); });
      }
      scene.run_for(10ms);
    }
  }
  std::size_t key_frame_requests() { return publisher.video_out().picture_losses().size(); }
  void expect_streams() {
    scene.drain();
    for (SimPeer* viewer : viewers) {
      for (const rtp::MediaKind kind : kKinds) scene.expect_stream(publisher, *viewer, kind);
    }
  }

  Scene scene{1};
  SimPeer& publisher = scene.add_publisher();
  std::vector<SimPeer*> viewers;
};

TEST_F(Storm, PictureLossIsToldEachHalfSecond) {
  const std::size_t before = key_frame_requests();
  storm(5s, [](SimPeer& viewer, int, rtp::RtcpBuilder& builder) {
    builder.picture_loss({1}, viewer.video_in().ssrc());
  });
  scene.run_for(1s);
  const std::size_t told = key_frame_requests() - before;
  EXPECT_GE(told, 8u);
  EXPECT_LE(told, 11u);
  expect_streams();
  scene.expect_clean_end();
}

// RFC 5104 §4.3.1.1: the same command number is the same wish.
TEST_F(Storm, ARepeatedFullIntraRequestIsOne) {
  const std::size_t before = key_frame_requests();
  storm(5s, [](SimPeer& viewer, int, rtp::RtcpBuilder& builder) {
    builder.full_intra({1}, viewer.video_in().ssrc(), 7);
  });
  scene.run_for(1s);
  // Three viewers may ask once each, within one interval.
  EXPECT_GE(key_frame_requests() - before, 1u);
  EXPECT_LE(key_frame_requests() - before, 2u);
  storm(5s, [](SimPeer& viewer, int round, rtp::RtcpBuilder& builder) {
    builder.full_intra({1}, viewer.video_in().ssrc(), static_cast<std::uint8_t>(round));
  });
  scene.run_for(1s);
  EXPECT_LE(key_frame_requests() - before, 13u);
  expect_streams();
  scene.expect_clean_end();
}

TEST_F(Storm, RequestsForOthersStreamsMeanNothing) {
  const std::size_t before = key_frame_requests();
  storm(2s, [&](SimPeer&, int round, rtp::RtcpBuilder& builder) {
    builder.picture_loss({1}, {0xdeadbeef});
    builder.full_intra({1}, publisher.video_out().ssrc(), static_cast<std::uint8_t>(round));
    builder.picture_loss({1}, viewers[0]->receiver(rtp::MediaKind::audio)->ssrc());
    builder.remb({1}, 1'000, std::array{rtp::Ssrc{0xdeadbeef}});
  });
  EXPECT_EQ(key_frame_requests(), before);
  EXPECT_TRUE(publisher.heard().rembs_bps.empty());
  scene.expect_clean_end();
}

// The same packet goes again once a round trip, and all of them together are bounded by the stream itself.
TEST_F(Storm, ANackIsAnsweredOnceARoundTrip) {
  SimPeer& viewer = *viewers[0];
  const std::uint64_t wanted = viewer.video_in().arrived().rbegin()->first - 5;
  const auto number = rtp::SequenceNumber{static_cast<std::uint16_t>(wanted)};
  storm(1s, [&](SimPeer& each, int, rtp::RtcpBuilder& builder) {
    if (&each == &viewer) builder.nack({1}, viewer.video_in().ssrc(), std::array{number});
  });
  const std::vector<Transmission>& sent = viewer.video_in().ledger().packets.at(wanted);
  // 40 ms there and back.
  EXPECT_GE(sent.size(), 10u);
  EXPECT_LE(sent.size(), 1u + 26u);
  scene.expect_clean_end();
}

TEST_F(Storm, NacksCostNoMoreThanTheStream) {
  SimPeer& viewer = *viewers[0];
  const auto bytes = [&] {
    std::uint64_t sum = 0;
    for (const auto& [extended, sent] : viewer.video_in().ledger().packets) {
      sum +=
          sent.size() * publisher.video_out().payload_bytes_of(viewer.video_in().ledger().ids.at(extended));
    }
    return sum;
  };
  const std::uint64_t before = bytes();
  const std::uint64_t published = publisher.video_out().info(scene.network.now())->payload_bytes;
  storm(5s, [&](SimPeer& each, int, rtp::RtcpBuilder& builder) {
    if (&each != &viewer) return;
    std::vector<rtp::SequenceNumber> all;
    const std::uint64_t newest = viewer.video_in().arrived().rbegin()->first;
    for (std::uint64_t extended = newest - 100; extended < newest; ++extended) {
      all.push_back({static_cast<std::uint16_t>(extended)});
    }
    builder.nack({1}, viewer.video_in().ssrc(), all);
  });
  const std::uint64_t streamed = publisher.video_out().info(scene.network.now())->payload_bytes - published;
  EXPECT_LE(bytes() - before, 2 * streamed + 300 * 1024);
  EXPECT_GE(bytes() - before, 2 * streamed);
  scene.expect_clean_end();
}

TEST_F(Storm, ReleaseSaysGoodbyeToThePeerAndToNobodyElse) {
  SimPeer& leaving = *viewers[0];
  scene.server.release(leaving.endpoint());
  scene.run_for(1s);
  std::vector<rtp::Ssrc> expected;
  for (const rtp::MediaKind kind : kKinds) expected.push_back(leaving.receiver(kind)->ssrc());
  std::vector<rtp::Ssrc> heard = leaving.heard().goodbyes;
  std::ranges::sort(expected, {}, &rtp::Ssrc::value);
  std::ranges::sort(heard, {}, &rtp::Ssrc::value);
  EXPECT_EQ(heard, expected);
  EXPECT_EQ(leaving.transport().dtls_state(), dtls::DtlsState::closed);
  EXPECT_TRUE(viewers[1]->heard().goodbyes.empty());
  EXPECT_TRUE(publisher.heard().goodbyes.empty());
  // Nothing follows the goodbye.
  const auto& packets = leaving.video_in().ledger().packets;
  EXPECT_LE(packets.rbegin()->second.back().sent, scene.network.now() - 1s);
  viewers.erase(viewers.begin());
  expect_streams();
  scene.expect_clean_end();
}

TEST_F(Storm, APeerWhoHangsUpIsToldOfAndCostsNothing) {
  SimPeer& leaving = *viewers[0];
  scene.server.forget_events();
  leaving.hang_up();
  scene.run_for(1s);
  EXPECT_EQ(scene.server.events_of(leaving.endpoint(), {"DtlsConnectionStateChange"}),
            Events{"DtlsConnectionStateChange CLOSED"});
  EXPECT_EQ(scene.server.events_of(leaving.endpoint(), {"ConnectionStateChanged"}),
            Events{"ConnectionStateChanged DISCONNECTED"});
  const std::size_t packets = leaving.video_in().ledger().packets.size();
  scene.run_for(2s);
  EXPECT_EQ(leaving.video_in().ledger().packets.size(), packets);
  viewers.erase(viewers.begin());
  expect_streams();
  scene.expect_clean_end();
}

TEST_F(Storm, APublisherWhoLeavesEndsTheFlowAndAnotherTakesOver) {
  scene.server.forget_events();
  scene.server.release(publisher.endpoint());
  publisher.stop_media();
  scene.run_for(3s);
  SimPeer& viewer = *viewers[0];
  EXPECT_EQ(scene.server.events_of(viewer.endpoint(), {"MediaFlowInStateChanged"}).size(), 2u);
  EXPECT_TRUE(viewer.heard().goodbyes.empty());
  SimPeer& next = scene.add_publisher();
  ASSERT_TRUE(scene.network.run_until(scene.network.now() + 3s, [&] { return scene.connected(next); }));
  next.start_media();
  scene.server.connect(next.endpoint(), viewer.endpoint());
  scene.run_for(2s);
  scene.drain();
  for (const rtp::MediaKind kind : kKinds) {
    const std::vector<Segment> segments = segments_of(*viewer.receiver(kind));
    expect_one_stream(*viewer.receiver(kind), segments, {publisher.sender(kind), next.sender(kind)});
  }
  scene.expect_clean_end();
}

// RFC 3550 §6.6. What comes of the same SSRC after it is a new stream.
TEST_F(Storm, AGoodbyeOfAStreamIsNotTheEndOfTheCall) {
  publisher.send_rtcp([&](rtp::RtcpBuilder& builder) {
    builder.goodbye(
        std::array{publisher.video_out().ssrc(), publisher.sender(rtp::MediaKind::audio)->ssrc()});
  });
  scene.run_for(3s);
  EXPECT_TRUE(scene.connected(publisher));
  scene.drain();
  for (SimPeer* viewer : viewers) {
    EXPECT_TRUE(viewer->heard().goodbyes.empty());
    for (const rtp::MediaKind kind : kKinds) {
      const std::vector<Segment> segments = segments_of(*viewer->receiver(kind));
      ASSERT_GE(segments.size(), 1u);
      ASSERT_LE(segments.size(), 2u);
      expect_one_stream(*viewer->receiver(kind), segments,
                        std::vector<const MediaSender*>(segments.size(), publisher.sender(kind)));
      EXPECT_GT(viewer->receiver(kind)->arrived().rbegin()->second.id.number, 250u);
    }
  }
  scene.expect_clean_end();
}

}  // namespace
}  // namespace kaskado::sim
