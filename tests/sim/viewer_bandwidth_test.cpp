// What a viewer's path takes, by its transport-wide feedback: told to the publisher, and only what is the
// viewer's own.
#include "scene.hpp"

namespace kaskado::sim {
namespace {

class ViewerBandwidth : public testing::Test {
 protected:
  SimPeer& add_publisher(LinkShape up = {}) { return scene.add_publisher({.up = up, .follows_remb = true}); }
  SimPeer& add_viewer(SimPeer& publisher, LinkShape down) {
    return scene.add_viewer(publisher, {.down = down, .reports_transport_wide = true});
  }
  void begin(SimPeer& publisher, std::uint64_t bps) {
    ASSERT_TRUE(scene.connect());
    publisher.start_media();
    publisher.video_out().set_bitrate_bps(bps);
  }
  std::uint64_t told_bps(SimPeer& publisher) const {
    const auto& heard = publisher.heard().rembs_bps;
    return heard.empty() || heard.back().first + 1s < scene.network.now() ? 0 : heard.back().second;
  }
  double pair_stat(SimPeer& peer, const char* name) {
    const pipeline::Value records = scene.server.call(peer.endpoint(), "getStats");
    const pipeline::Value* const record = records.object()->find("candidatepair-1");
    EXPECT_TRUE(record);
    return record ? *record->object()->find(name)->real() : -1;
  }
  // Of video, in the last `span`.
  double arrived_bps(SimPeer& viewer, Duration span) {
    double bytes = 0;
    for (const auto& [sequence, packet] : viewer.video_in().arrived()) {
      if (packet.when >= scene.network.now() - span)
        bytes += static_cast<double>(scene.peers[0]->video_out().payload_bytes_of(packet.id));
    }
    return bytes * 8 / base::to_seconds(span);
  }

  Scene scene{4};
};

TEST_F(ViewerBandwidth, APublisherIsBroughtDownToTheSlowestPath) {
  SimPeer& publisher = add_publisher();
  SimPeer& slow = add_viewer(publisher, {.rate_bps = 600'000});
  SimPeer& fast = add_viewer(publisher, {});
  begin(publisher, 1'500'000);
  scene.run_for(20s);
  EXPECT_GT(told_bps(publisher), 350'000u);
  EXPECT_LT(told_bps(publisher), 600'000u);
  EXPECT_GT(arrived_bps(slow, 5s), 330'000);
  EXPECT_LT(arrived_bps(slow, 5s), 600'000);
  EXPECT_NEAR(pair_stat(slow, "availableOutgoingBitrate"), 500'000, 150'000);
  EXPECT_GT(pair_stat(fast, "availableOutgoingBitrate"), pair_stat(slow, "availableOutgoingBitrate"));
  const auto told = static_cast<double>(told_bps(publisher));
  EXPECT_NEAR(pair_stat(publisher, "availableIncomingBitrate"), told, told / 5);
  scene.expect_clean_end();
}

TEST_F(ViewerBandwidth, WhoJoinsAFastPathAsksForNoLess) {
  SimPeer& publisher = add_publisher();
  add_viewer(publisher, {});
  begin(publisher, 2'000'000);
  scene.run_for(5s);
  add_viewer(publisher, {});
  ASSERT_TRUE(scene.connect());
  const std::size_t before = publisher.heard().rembs_bps.size();
  scene.run_for(5s);
  for (std::size_t i = before; i < publisher.heard().rembs_bps.size(); ++i) {
    EXPECT_GT(publisher.heard().rembs_bps[i].second, 1'700'000u);
  }
}

TEST_F(ViewerBandwidth, LossBeforeTheServerIsNotTheViewers) {
  SimPeer& publisher = add_publisher({.loss = 0.25});
  SimPeer& viewer = add_viewer(publisher, {});
  begin(publisher, 1'000'000);
  scene.run_for(10s);
  EXPECT_GT(pair_stat(viewer, "availableOutgoingBitrate"), 900'000);
}

TEST_F(ViewerBandwidth, TheApplicationsLimitsHoldBeforeAndAfterTheNegotiation) {
  SimPeer& publisher = add_publisher();
  SimPeer& viewer = add_viewer(publisher, {});
  scene.server.call(viewer.endpoint(), "setMaxVideoSendBandwidth", {400});
  begin(publisher, 1'000'000);
  scene.run_for(3s);
  EXPECT_EQ(told_bps(publisher), 400'000u);
  scene.server.call(viewer.endpoint(), "setMaxVideoSendBandwidth", {250});
  scene.run_for(2s);
  EXPECT_EQ(told_bps(publisher), 250'000u);
  scene.server.call(viewer.endpoint(), "setMaxVideoSendBandwidth", {5000});
  scene.server.call(viewer.endpoint(), "setMinVideoSendBandwidth", {3000});
  scene.run_for(2s);
  EXPECT_GE(told_bps(publisher), 3'000'000u);
}

TEST_F(ViewerBandwidth, AWayThatHasGrownWiderIsUsedSoon) {
  SimPeer& publisher = add_publisher();
  SimPeer& viewer =
      scene.add_viewer(publisher, {.down = {.rate_bps = 600'000}, .reports_transport_wide = true, .takes_retransmissions = true});
  begin(publisher, 1'500'000);
  scene.run_for(20s);
  ASSERT_LT(told_bps(publisher), 600'000u);
  scene.network.shape(viewer, {}, {.rate_bps = 4'000'000});
  const Instant widened = scene.network.now();
  while (told_bps(publisher) < 3'400'000 && scene.network.now() < widened + 30s) scene.run_for(100ms);
  EXPECT_LE(scene.network.now() - widened, 8s);
  EXPECT_GT(viewer.fillers(), 5);
  scene.expect_clean_end();
}

TEST_F(ViewerBandwidth, AnOutageIsOvercome) {
  SimPeer& publisher = add_publisher();
  SimPeer& viewer = add_viewer(publisher, {});
  begin(publisher, 1'000'000);
  scene.run_for(5s);
  scene.network.cut(viewer, scene.network.now(), scene.network.now() + 2s);
  scene.run_for(12s);
  EXPECT_GT(pair_stat(viewer, "availableOutgoingBitrate"), 500'000);
  scene.expect_clean_end();
}

TEST_F(ViewerBandwidth, MediaThatIsSpreadArrivesWhole) {
  SimPeer& publisher = add_publisher();
  SimPeer& viewer = add_viewer(publisher, {.rate_bps = 800'000, .queue = 400ms});
  begin(publisher, 900'000);
  scene.run_for(20s);
  scene.drain();
  const StreamResult result = scene.expect_stream(publisher, viewer);
  EXPECT_GT(result.arrived, 500);
  EXPECT_LT(result.lost, result.arrived / 50);
}

}  // namespace
}  // namespace kaskado::sim
