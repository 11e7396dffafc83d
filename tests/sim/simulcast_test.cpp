// A publisher with several encodings, and viewers on paths of different width.
#include "scene.hpp"

namespace kaskado::sim {
namespace {

// 110, 400 and 1500 kbit/s or so.
const std::vector<SentEncoding> kEncodings{{"q", 1, 450}, {"h", 2, 800}, {"f", 7, 900}};

class SimulcastToViewers : public testing::TestWithParam<int> {
 protected:
  SimulcastToViewers() {
    publisher = &scene.add_publisher({.encodings = kEncodings});
    for (const std::uint64_t kbps : {150, 500, 2500}) {
      viewers.push_back(&scene.add_viewer(*publisher));
      viewers.back()->set_remb_bps(kbps * 1000);
    }
    EXPECT_TRUE(scene.connect());
    publisher->start_media();
  }
  // The encoding of the newest packet that has come to a viewer.
  static std::size_t encoding_of(const ArrivedPacket& packet) { return packet.id.publisher / 1000; }
  static std::size_t encoding_at(SimPeer& viewer) { return encoding_of(viewer.video_in().arrived().rbegin()->second); }
  // Nothing is missing and nothing came twice; where the encoding turns, a key frame starts.
  static void expect_whole(SimPeer& viewer) {
    EXPECT_EQ(viewer.video_in().corrupt(), 0);
    EXPECT_EQ(viewer.video_in().duplicates(), 0);
    const ArrivedPacket* before = nullptr;
    std::uint64_t number = 0;
    for (const auto& [extended, packet] : viewer.video_in().arrived()) {
      if (before) {
        ASSERT_EQ(extended, number + 1);
        ASSERT_GE(static_cast<std::int32_t>(packet.timestamp.value - before->timestamp.value), 0);
        ASSERT_TRUE(encoding_of(packet) == encoding_of(*before) || packet.starts_key_frame);
      }
      before = &packet;
      number = extended;
    }
  }

  Scene scene{static_cast<std::uint64_t>(GetParam())};
  SimPeer* publisher = nullptr;
  std::vector<SimPeer*> viewers;
};

TEST_P(SimulcastToViewers, EachGetsItsOwnLayerWithinFiveSeconds) {
  scene.run_for(5s);
  for (std::size_t i = 0; i < viewers.size(); ++i) EXPECT_EQ(encoding_at(*viewers[i]), i);
  const auto arrived_before = viewers[2]->video_in().arrived().size();
  scene.run_for(20s);
  for (std::size_t i = 0; i < viewers.size(); ++i) {
    EXPECT_EQ(encoding_at(*viewers[i]), i);
    expect_whole(*viewers[i]);
  }
  EXPECT_GT(viewers[2]->video_in().arrived().size(), arrived_before + 20 * 30 * 5);
  scene.expect_clean_end();
}

TEST_P(SimulcastToViewers, ItTurnsWithoutAHoleOverLossyPaths) {
  for (SimPeer* viewer : viewers) scene.network.shape(*viewer, {}, {.loss = 0.02});
  scene.run_for(5s);
  for (const std::uint64_t kbps : {2500, 150, 500, 2500, 150, 2500}) {
    viewers[1]->set_remb_bps(kbps * 1000);
    scene.run_for(5s);
    EXPECT_EQ(encoding_at(*viewers[1]), kbps == 2500 ? 2u : kbps == 150 ? 0u : 1u);
  }
  publisher->stop_media();
  scene.run_for(3s);
  // What was lost just before it turned cannot be asked for of the encoding that was left.
  int missing = 0;
  std::uint64_t number = 0;
  for (const auto& [extended, packet] : viewers[1]->video_in().arrived()) {
    if (number != 0) missing += static_cast<int>(extended - number - 1);
    number = extended;
  }
  EXPECT_LE(missing, 6);
  scene.expect_clean_end();
}

// Each viewer has layers to choose from, so none slows the publisher down.
TEST_P(SimulcastToViewers, TheSlowestDoesNotBindThePublisher) {
  scene.run_for(5s);
  scene.server.call(publisher->endpoint(), "setMaxVideoRecvBandwidth", {4000});
  scene.run_for(3s);
  ASSERT_FALSE(publisher->heard().rembs_bps.empty());
  EXPECT_EQ(publisher->heard().rembs_bps.back().second, 4'000'000u);
}

TEST_P(SimulcastToViewers, IceRestartAndANewOfferChangeNothing) {
  scene.run_for(5s);
  publisher->restart_ice();
  scene.run_for(5s);
  for (std::size_t i = 0; i < viewers.size(); ++i) EXPECT_EQ(encoding_at(*viewers[i]), i);
  viewers[2]->restart_ice();
  scene.run_for(5s);
  EXPECT_EQ(encoding_at(*viewers[2]), 2u);
  scene.expect_clean_end();
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulcastToViewers, testing::Values(1, 2, 3));

}  // namespace
}  // namespace kaskado::sim
