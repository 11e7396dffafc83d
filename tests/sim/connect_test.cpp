// How a peer comes to be connected, and what its client is told.
#include "scene.hpp"

namespace kaskado::sim {
namespace {

using testing::Test;

TEST(Connect, ClientsAreToldEachStepOnce) {
  Scene scene(1);
  SimPeer& publisher = scene.add_publisher();
  ASSERT_TRUE(scene.connect());
  publisher.start_media();
  scene.run_for(2s);
  const std::string& endpoint = publisher.endpoint();
  EXPECT_EQ(
      scene.server.events_of(endpoint, {"IceComponentStateChanged"}),
      (std::vector<std::string>{"IceComponentStateChanged GATHERING", "IceComponentStateChanged CONNECTING",
                                "IceComponentStateChanged CONNECTED", "IceComponentStateChanged READY"}));
  EXPECT_EQ(scene.server.events_of(endpoint, {"DtlsConnectionStateChange"}),
            (std::vector<std::string>{"DtlsConnectionStateChange NEW", "DtlsConnectionStateChange CONNECTING",
                                      "DtlsConnectionStateChange CONNECTED"}));
  EXPECT_EQ(scene.server.events_of(endpoint, {"ConnectionStateChanged"}),
            (std::vector<std::string>{"ConnectionStateChanged CONNECTED"}));
  EXPECT_EQ(scene.server.events_of(endpoint, {"MediaStateChanged"}),
            (std::vector<std::string>{"MediaStateChanged CONNECTED"}));
  EXPECT_EQ(scene.server.events_of(endpoint, {"MediaFlowOutStateChanged"}),
            (std::vector<std::string>{"MediaFlowOutStateChanged FLOWING AUDIO",
                                      "MediaFlowOutStateChanged FLOWING VIDEO"}));
  scene.expect_calm(60);
  scene.expect_clean_end();
}

// The event was in the descriptor and never came.
TEST(Connect, ClientsAreToldThatThePeerHasEndedTheSession) {
  Scene scene(3);
  SimPeer& publisher = scene.add_publisher();
  ASSERT_TRUE(scene.connect());
  const std::vector<std::string> kSession{"MediaSessionStarted", "MediaSessionTerminated"};
  EXPECT_EQ(scene.server.events_of(publisher.endpoint(), kSession),
            std::vector<std::string>{"MediaSessionStarted"});
  publisher.hang_up();
  scene.run_for(1s);
  EXPECT_EQ(scene.server.events_of(publisher.endpoint(), kSession), kSession);
}

TEST(Connect, MediaGoesThrough) {
  Scene scene(2);
  SimPeer& publisher = scene.add_publisher();
  SimPeer& viewer = scene.add_viewer(publisher);
  ASSERT_TRUE(scene.connect());
  publisher.start_media();
  scene.run_for(5s);
  scene.drain();
  for (const rtp::MediaKind kind : {rtp::MediaKind::video, rtp::MediaKind::audio}) {
    const StreamResult result = scene.expect_stream(publisher, viewer, kind);
    EXPECT_EQ(result.arrived, static_cast<int>(publisher.sender(kind)->sent()));
    EXPECT_EQ(result.recovered, 0);
  }
  EXPECT_EQ(scene.server.drops().of(base::DropReason::unknown_peer), 0u);
  scene.expect_clean_end();
}

}  // namespace
}  // namespace kaskado::sim
