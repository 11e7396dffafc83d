// What viewers can take, told to the publisher: the smallest of their REMBs.
#include "scene.hpp"

namespace kaskado::sim {
namespace {

class RembRelayed : public testing::Test {
 protected:
  RembRelayed() {
    publisher = &scene.add_publisher();
    for (const std::uint64_t kbps : {1500, 600, 900}) {
      viewers.push_back(&scene.add_viewer(*publisher));
      viewers.back()->set_remb_bps(kbps * 1000);
    }
    EXPECT_TRUE(scene.connect());
    publisher->start_media();
    scene.run_for(3s);
  }
  // What the publisher was told last, in kbit/s; 0 where it was nothing for a second.
  std::uint64_t told_kbps(SimPeer& peer) const {
    const auto& heard = peer.heard().rembs_bps;
    if (heard.empty() || heard.back().first + 1s < scene.network.now()) return 0;
    return heard.back().second / 1000;
  }
  std::uint64_t told_kbps() const { return told_kbps(*publisher); }
  std::int64_t stat(SimPeer& peer, const char* type, const char* name) {
    const pipeline::Value records = scene.server.call(peer.endpoint(), "getStats", {"VIDEO"});
    for (const auto& [id, record] : records.object()->members) {
      if (*record.object()->find("type")->string() == type) return *record.object()->find(name)->integer();
    }
    ADD_FAILURE() << "no " << type;
    return 0;
  }

  Scene scene{1};
  SimPeer* publisher = nullptr;
  std::vector<SimPeer*> viewers;
};

TEST_F(RembRelayed, TheSmallestIsTold) {
  EXPECT_EQ(told_kbps(), 600u);
  viewers[1]->set_remb_bps(1'000'000);
  scene.run_for(2s);
  EXPECT_EQ(told_kbps(), 900u);
  viewers[0]->set_remb_bps(250'000);
  scene.run_for(2s);
  EXPECT_EQ(told_kbps(), 250u);
  EXPECT_EQ(stat(*publisher, "inboundrtp", "remb") / 1000, 250);
  EXPECT_EQ(stat(*viewers[0], "outboundrtp", "remb") / 1000, 250);
  EXPECT_EQ(stat(*viewers[2], "outboundrtp", "remb") / 1000, 900);
  scene.expect_clean_end();
}

TEST_F(RembRelayed, AFallIsToldAtOnceAndNotTooOften) {
  const std::size_t before = publisher->heard().rembs_bps.size();
  viewers[2]->set_remb_bps(300'000);
  // The viewer's interval of 1 s, the server's of 500 ms, and the way.
  EXPECT_TRUE(scene.network.run_until(scene.network.now() + 1600ms, [&] { return told_kbps() == 300; }));
  scene.run_for(10s);
  EXPECT_LE(publisher->heard().rembs_bps.size() - before, 25u);
}

TEST_F(RembRelayed, WhoLeavesCountsNoMore) {
  scene.server.release(viewers[1]->endpoint());
  scene.run_for(1s);
  EXPECT_EQ(told_kbps(), 900u);
  scene.server.call(publisher->endpoint(), "disconnect", {viewers[2]->endpoint(), {}, {}, {}});
  scene.run_for(1s);
  EXPECT_EQ(told_kbps(), 1500u);
  scene.expect_clean_end();
}

TEST_F(RembRelayed, WhoIsSwitchedCountsForTheOtherPublisher) {
  SimPeer& other = scene.add_publisher();
  ASSERT_TRUE(scene.connect());
  other.start_media();
  scene.server.connect(other.endpoint(), viewers[1]->endpoint());
  scene.run_for(2s);
  EXPECT_EQ(told_kbps(), 900u);
  EXPECT_EQ(told_kbps(other), 600u);
  scene.expect_clean_end();
}

TEST_F(RembRelayed, WhoFallsSilentIsForgottenAfterFiveSeconds) {
  viewers[1]->set_remb_bps(0);
  scene.run_for(4s);
  EXPECT_EQ(told_kbps(), 600u);
  scene.run_for(2600ms);
  EXPECT_EQ(told_kbps(), 900u);
  // So is one whose network is away.
  scene.network.cut(*viewers[2], scene.network.now(), scene.network.now() + 20s);
  scene.run_for(6600ms);
  EXPECT_EQ(told_kbps(), 1500u);
  viewers[0]->set_remb_bps(0);
  scene.run_for(8s);
  EXPECT_EQ(told_kbps(), 0u);
  scene.expect_clean_end();
}

TEST_F(RembRelayed, TheApplicationsLimitsHold) {
  scene.server.call(publisher->endpoint(), "setMaxVideoRecvBandwidth", {400});
  scene.run_for(1s);
  EXPECT_EQ(told_kbps(), 400u);
  viewers[0]->set_remb_bps(20'000);
  scene.server.call(publisher->endpoint(), "setMinVideoRecvBandwidth", {150});
  scene.run_for(2s);
  EXPECT_EQ(told_kbps(), 150u);
  scene.expect_clean_end();
}

TEST_F(RembRelayed, SurvivesLossOfSomeOfThem) {
  for (SimPeer* viewer : viewers) scene.network.shape(*viewer, {.loss = 0.3}, {.loss = 0.3});
  scene.run_for(20s);
  int wrong = 0;
  for (const auto& [when, bps] : publisher->heard().rembs_bps) wrong += bps / 1000 != 600;
  // Before the second viewer's first one.
  EXPECT_LE(wrong, 3);
  EXPECT_EQ(told_kbps(), 600u);
  scene.expect_clean_end();
}

}  // namespace
}  // namespace kaskado::sim
