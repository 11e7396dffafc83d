// A viewer who is connected to one publisher, then to another, and back again, while all of them send.
#include "scene.hpp"
#include "stream_check.hpp"

namespace kaskado::sim {
namespace {

class Switching : public testing::Test {
 protected:
  static constexpr rtp::MediaKind kKinds[] = {rtp::MediaKind::video, rtp::MediaKind::audio};

  void begin(const LinkShape& shape = {}) {
    anna = &scene.add_publisher({.up = shape, .down = shape});
    // Another rate, and numbers from elsewhere.
    bert = &scene.add_publisher(
        {.up = shape, .down = shape, .first_video_sequence = 20'000, .video_interval = 20ms});
    viewer = &scene.add_viewer(*anna, {.up = shape, .down = shape});
    ASSERT_TRUE(scene.connect());
    anna->start_media();
    bert->start_media();
    scene.run_for(3s);
  }
  // Gives how long it took until the viewer had the first packet of it.
  Duration switch_to(SimPeer& publisher) {
    const Instant now = scene.network.now();
    scene.server.connect(publisher.endpoint(), viewer->endpoint());
    EXPECT_TRUE(scene.network.run_until(now + 5s, [&] {
      const auto& arrived = viewer->video_in().arrived();
      const ArrivedPacket& newest = arrived.rbegin()->second;
      return newest.id.publisher == number_of(publisher) && newest.when > now;
    }));
    return scene.network.now() - now;
  }
  std::uint32_t number_of(SimPeer& publisher) const { return &publisher == anna ? 1 : 2; }
  int requests_since(SimPeer& publisher, Instant since) {
    return static_cast<int>(std::ranges::count_if(publisher.video_out().picture_losses(),
                                                  [&](Instant when) { return when >= since; }));
  }
  void expect_streams(const std::vector<SimPeer*>& publishers) {
    scene.drain();
    for (const rtp::MediaKind kind : kKinds) scene.expect_stream(publishers, *viewer, kind);
  }

  Scene scene{1};
  SimPeer* anna = nullptr;
  SimPeer* bert = nullptr;
  SimPeer* viewer = nullptr;
};

TEST_F(Switching, ThereAndBackIsOneStream) {
  begin();
  const rtp::Ssrc ssrc = viewer->video_in().ssrc();
  for (SimPeer* publisher : {bert, anna}) {
    const Instant now = scene.network.now();
    // The request goes to the publisher (40 ms), his key frame to the server (40 ms) and the viewer (40 ms).
    EXPECT_LE(switch_to(*publisher), 120ms + 33ms);
    EXPECT_EQ(requests_since(*publisher, now), 1);
    scene.run_for(3s);
  }
  expect_streams({anna, bert, anna});
  EXPECT_EQ(viewer->video_in().ssrc(), ssrc);
  // Nothing was lost on any way, so that there is no hole either.
  for (const rtp::MediaKind kind : kKinds) {
    const auto& arrived = viewer->receiver(kind)->arrived();
    EXPECT_EQ(arrived.rbegin()->first - arrived.begin()->first + 1, arrived.size());
  }
  EXPECT_EQ(viewer->video_in().ledger().requests.size(), 0u);
  scene.expect_clean_end();
}

TEST_F(Switching, OthersOfBothPublishersSeeNothingOfIt) {
  begin();
  SimPeer& other = scene.add_viewer(*anna);
  SimPeer& another = scene.add_viewer(*bert);
  ASSERT_TRUE(scene.connect());
  scene.run_for(1s);
  switch_to(*bert);
  scene.run_for(1s);
  switch_to(*anna);
  scene.run_for(1s);
  expect_streams({anna, bert, anna});
  for (const rtp::MediaKind kind : kKinds) {
    scene.expect_stream(*anna, other, kind);
    scene.expect_stream(*bert, another, kind);
  }
  scene.expect_clean_end();
}

// In the middle of frames, of lost packets and of their retransmissions.
class SwitchingOverLoss : public Switching, public testing::WithParamInterface<std::uint64_t> {};

TEST_P(SwitchingOverLoss, RecoversAllThatStillCanBe) {
  scene.rules.longest_interval = 180ms;
  begin({.loss = 0.08, .delay = 25ms, .jitter = 25ms});
  base::SeededRandom random(GetParam());
  std::vector<SimPeer*> publishers{anna};
  for (int i = 0; i < 6; ++i) {
    publishers.push_back(publishers.back() == anna ? bert : anna);
    EXPECT_LE(switch_to(*publishers.back()), 4s);
    scene.run_for(1s + std::chrono::microseconds(random.below(900'000)));
  }
  expect_streams(publishers);
  EXPECT_GT(viewer->video_in().ledger().requests.size(), 20u);
  scene.expect_clean_end();
}

INSTANTIATE_TEST_SUITE_P(Seeds, SwitchingOverLoss, testing::Range<std::uint64_t>(1, 9));

TEST_F(Switching, FasterThanKeyFramesComeEndsAtTheLastOne) {
  begin();
  for (int i = 0; i < 40; ++i) {
    scene.server.connect((i % 2 ? anna : bert)->endpoint(), viewer->endpoint());
    scene.run_for(10ms);
  }
  const Instant now = scene.network.now();
  scene.run_for(3s);
  EXPECT_EQ(viewer->video_in().arrived().rbegin()->second.id.publisher, number_of(*anna));
  EXPECT_LE(requests_since(*anna, now - 400ms), 2);
  EXPECT_LE(requests_since(*bert, now - 400ms), 2);
  scene.drain();
  for (const rtp::MediaKind kind : kKinds) {
    const MediaReceiver& stream = *viewer->receiver(kind);
    const std::vector<Segment> segments = segments_of(stream);
    std::vector<const MediaSender*> senders;
    for (const Segment& segment : segments) {
      senders.push_back((segment.publisher == number_of(*anna) ? anna : bert)->sender(kind));
    }
    expect_one_stream(stream, segments, senders);
  }
  scene.expect_clean_end();
}

TEST_F(Switching, AnInterruptionLeavesNoHole) {
  begin();
  scene.server.call(anna->endpoint(), "disconnect", {viewer->endpoint(), {}, {}, {}});
  scene.run_for(2s);
  const Instant now = scene.network.now();
  EXPECT_LE(switch_to(*anna), 300ms);
  EXPECT_EQ(requests_since(*anna, now), 1);
  scene.run_for(1s);
  expect_streams({anna, anna});
  EXPECT_EQ(viewer->video_in().ledger().requests.size(), 0u);
  scene.expect_clean_end();
}

TEST_F(Switching, OnlyVideoMayBeSwitched) {
  begin();
  scene.server.call(bert->endpoint(), "connect", {viewer->endpoint(), "VIDEO", {}, {}});
  scene.run_for(2s);
  scene.drain();
  scene.expect_stream(std::vector{anna, bert}, *viewer, rtp::MediaKind::video);
  scene.expect_stream(*anna, *viewer, rtp::MediaKind::audio);
  scene.expect_clean_end();
}

}  // namespace
}  // namespace kaskado::sim
