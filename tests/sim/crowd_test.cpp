// One publisher and a hundred viewers, each behind a network of its own.
#include <algorithm>

#include "scene.hpp"

namespace kaskado::sim {
namespace {

class Crowd : public testing::Test {
 protected:
  static constexpr int kViewers = 100;

  void begin(const LinkShape& up, const LinkShape& each, Duration quiet = 0s) {
    publisher = &scene.add_publisher({.up = up, .down = up, .audio = false});
    for (int i = 0; i < kViewers; ++i) {
      viewers.push_back(&scene.add_viewer(*publisher, {.up = each, .down = each, .audio = false}));
    }
    ASSERT_TRUE(scene.connect());
    scene.run_for(quiet);
    publisher->start_media();
  }
  const HopLedger& published() const { return publisher->video_out().ledger(); }

  // A packet is asked for only while the server has not got it, and not sooner again than it could come.
  void expect_requests_apart(Duration round_trip) {
    int asked = 0;
    int too_soon = 0;
    for (const auto& [extended, requests] : published().requests) {
      Instant before{};
      for (const Transmission& request : requests) {
        EXPECT_LT(request.sent, published().arrival(extended)) << "asked for what is there: " << extended;
        too_soon += before != Instant{} && request.sent - before < round_trip;
        before = request.sent;
        ++asked;
      }
    }
    EXPECT_EQ(too_soon, 0) << "of " << asked << " requests";
    EXPECT_GT(asked, 5);
  }
  void expect_key_frames_asked_apart() {
    Instant before{};
    for (const Instant asked : publisher->video_out().picture_losses()) {
      if (before != Instant{}) {
        EXPECT_GE(asked - before, 490ms);
      }
      before = asked;
    }
  }

  Scene scene{1};
  SimPeer* publisher = nullptr;
  std::vector<SimPeer*> viewers;
};

TEST_F(Crowd, RecoversEverythingFromOneHistory) {
  scene.rules.longest_interval = 150ms;
  begin({.loss = 0.03, .delay = 15ms}, {.loss = 0.05, .delay = 25ms, .jitter = 20ms});
  std::size_t most_in_use = 0;
  for (int i = 0; i < 60; ++i) {
    scene.run_for(100ms);
    most_in_use = std::max<std::size_t>(most_in_use, scene.server.shard().packets().in_use());
  }
  // Two seconds of one stream, of 30 frames with two packets each and a few key frames: not of each viewer.
  EXPECT_LE(most_in_use, 250u);
  EXPECT_GE(most_in_use, 100u);
  expect_requests_apart(60ms);
  expect_key_frames_asked_apart();
  scene.drain();
  int recovered = 0;
  int lost = 0;
  for (SimPeer* viewer : viewers) {
    const StreamResult result = scene.expect_stream(*publisher, *viewer);
    recovered += result.recovered;
    lost += result.lost;
  }
  EXPECT_GT(recovered, kViewers * 10);
  // In ten requests and answers over 5 % loss each way.
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(scene.server.drops().of(base::DropReason::datagram_too_long), 0u);
  scene.expect_clean_end();
}

// Far away, so that a request each 100 ms would be three for each packet. A check that had to be repeated
// does not tell the round trip, but the next one for consent does, within six seconds.
TEST_F(Crowd, AsksAFarPublisherOnceARoundTrip) {
  scene.rules.longest_interval = 450ms;
  begin({.loss = 0.05, .delay = 150ms}, {.loss = 0.02, .delay = 20ms}, 13s);
  scene.run_for(8s);
  expect_requests_apart(299ms);
  expect_key_frames_asked_apart();
  scene.drain();
  for (SimPeer* viewer : viewers) scene.expect_stream(*publisher, *viewer);
  scene.expect_clean_end();
}

// All of them want a key frame, each at its own time.
TEST_F(Crowd, ManyWhoJoinShareTheirKeyFrames) {
  begin({}, {});
  scene.run_for(2s);
  const std::size_t before = publisher->video_out().key_frames().size();
  std::vector<SimPeer*> late;
  for (int i = 0; i < 60; ++i) {
    late.push_back(&scene.add_viewer(*publisher, {.audio = false}));
    scene.run_for(50ms);
  }
  ASSERT_TRUE(scene.connect());
  scene.run_for(2s);
  expect_key_frames_asked_apart();
  // Three seconds of joining, half a second apart.
  EXPECT_LE(publisher->video_out().key_frames().size() - before, 8u);
  scene.drain();
  for (SimPeer* viewer : late) {
    scene.expect_stream(*publisher, *viewer);
    EXPECT_TRUE(viewer->video_in().arrived().begin()->second.starts_key_frame);
  }
  scene.expect_clean_end();
}

TEST_F(Crowd, ComesAndGoes) {
  begin({.loss = 0.02}, {.loss = 0.02});
  base::SeededRandom random(5);
  for (int i = 0; i < 40; ++i) {
    const std::size_t which = random.below(static_cast<std::uint32_t>(viewers.size()));
    scene.server.release(viewers[which]->endpoint());
    viewers[which]->hang_up();
    viewers.erase(viewers.begin() + static_cast<std::ptrdiff_t>(which));
    scene.run_for(std::chrono::milliseconds(random.below(100)));
  }
  scene.run_for(2s);
  scene.drain();
  for (SimPeer* viewer : viewers) scene.expect_stream(*publisher, *viewer);
  scene.expect_clean_end();
}

}  // namespace
}  // namespace kaskado::sim
