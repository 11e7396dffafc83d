// Servers behind NATs: addresses that a STUN server tells, and those that a TURN server gives.
#include "scene.hpp"
#include "sim_turn_server.hpp"

namespace kaskado::sim {
namespace {

const SocketAddress kStunAddress = SocketAddress::v4({198, 51, 100, 1}, 3478);
const SocketAddress kServerAddress = SocketAddress::v4({192, 0, 2, 1}, 40000);
const std::vector<std::string> kGathering{"IceCandidateFound", "IceGatheringDone"};

bool is_of(const SocketAddress& address, std::uint8_t first) {
  return address.is_v4() && address.ip_bytes()[0] == first;
}

class Nat : public testing::Test {
 protected:
  // What the server and the peers send to each other without the relay is lost.
  void part() {
    scene.network.treat = [](const Datagram& datagram) {
      const bool direct = (is_of(datagram.from, 192) && is_of(datagram.to, 10)) ||
                          (is_of(datagram.from, 10) && is_of(datagram.to, 192));
      return Treatment{.lose = direct};
    };
  }
  std::string endpoint_with(const std::string& turn_url) {
    const std::string endpoint = scene.server.make_endpoint(scene.pipeline);
    scene.server.call(endpoint, "setTurnUrl", {turn_url});
    return endpoint;
  }
  std::string endpoint_with_stun() {
    const std::string endpoint = scene.server.make_endpoint(scene.pipeline);
    scene.server.call(endpoint, "setStunServerAddress", {kStunAddress.ip_text()});
    return endpoint;
  }
  SimPeer& add_publisher(const std::string& endpoint) {
    SimPeer& peer = scene.add_peer({.publishes = true});
    peer.call(endpoint);
    return peer;
  }
  SimPeer& add_viewer(const SimPeer& publisher, const std::string& endpoint) {
    SimPeer& peer = scene.add_peer({});
    scene.server.connect(publisher.endpoint(), endpoint);
    peer.call(endpoint);
    return peer;
  }
  // The types of the endpoint's candidates in use, ours.
  std::string local_type(const SimPeer& peer) {
    const pipeline::Value pairs = scene.server.call(peer.endpoint(), "getICECandidatePairs");
    if (!pairs.array() || pairs.array()->empty()) return "none";
    const std::string text = *pairs.array()->front().object()->find("localCandidate")->string();
    return ice::Candidate::parse(text).ok() ? std::string(ice::to_string(ice::Candidate::parse(text)->type))
                                            : text;
  }

  Scene scene{77};
  SimTurnServer turn{scene.network, kStunAddress};
};

TEST_F(Nat, MediaGoesThroughARelayBothWays) {
  part();
  SimPeer& publisher = add_publisher(endpoint_with(turn.url()));
  SimPeer& viewer = add_viewer(publisher, endpoint_with(turn.url()));
  ASSERT_TRUE(scene.connect(3s));
  EXPECT_EQ(local_type(publisher), "relay");
  EXPECT_EQ(local_type(viewer), "relay");
  publisher.start_media();
  scene.run_for(5s);
  EXPECT_GT(turn.server.channel_messages, 200);
  EXPECT_LT(turn.server.indications, 60);  // checks, and what came before the channels
  publisher.stop_media();
  scene.run_for(1s);
  scene.drain();
  const StreamResult result = scene.expect_stream(publisher, viewer);
  EXPECT_EQ(result.arrived, static_cast<int>(publisher.video_out().sent()));
  EXPECT_EQ(turn.server.allocations(), 2u);
  scene.server.release(scene.pipeline);
  scene.run_for(1s);
  EXPECT_EQ(turn.server.allocations(), 0u);
  EXPECT_EQ(scene.server.open_ports(), 0u);
}

TEST_F(Nat, AHostPairIsPreferredToARelay) {
  SimPeer& publisher = add_publisher(endpoint_with(turn.url()));
  ASSERT_TRUE(scene.connect(3s));
  scene.run_for(2s);
  EXPECT_EQ(local_type(publisher), "host");
}

TEST_F(Nat, TheAddressOutsideIsLearntOfAStunServer) {
  scene.network.rebind(kServerAddress, SocketAddress::v4({203, 0, 113, 7}, 61'000));
  SimPeer& publisher = scene.add_peer({.publishes = true});
  const std::string endpoint = endpoint_with_stun();
  std::vector<std::string> found;
  publisher.call(endpoint);
  scene.server.on_candidate[endpoint] = [&](const std::string& text) {
    found.push_back(text);
    publisher.transport().add_remote_candidate(text);
  };
  ASSERT_TRUE(scene.connect(3s));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0], "candidate:2 1 UDP 1694498559 203.0.113.7 61000 typ srflx raddr 192.0.2.1 rport 40000");
  EXPECT_EQ(scene.server.events_of(endpoint, {"IceGatheringDone"}).size(), 1u);
}

// All sessions of a port have one address outside, so one question serves them.
TEST_F(Nat, SessionsShareWhatTheServerSaid) {
  scene.network.rebind(kServerAddress, SocketAddress::v4({203, 0, 113, 7}, 61'000));
  for (int i = 0; i < 10; ++i) {
    const std::string endpoint = endpoint_with_stun();
    add_publisher(endpoint);
  }
  ASSERT_TRUE(scene.connect(5s));
  EXPECT_EQ(turn.server.requests[ice::kBindingMethod], 1);
}

TEST_F(Nat, WithNoNatBetweenThereIsNoSecondCandidate) {
  const std::string endpoint = endpoint_with_stun();
  add_publisher(endpoint);
  ASSERT_TRUE(scene.connect(3s));
  scene.run_for(1s);
  EXPECT_EQ(scene.server.events_of(endpoint, kGathering).back(), "IceGatheringDone");
  EXPECT_EQ(scene.server.events_of(endpoint, {"IceCandidateFound"}).size(), 2u);  // one a line
}

TEST_F(Nat, GatheringIsDoneWhenTheServersHaveAnswered) {
  const std::string endpoint = endpoint_with(turn.url());
  scene.server.call(endpoint, "setStunServerAddress", {kStunAddress.ip_text()});
  add_publisher(endpoint);
  EXPECT_TRUE(scene.server.events_of(endpoint, {"IceGatheringDone"}).empty());
  scene.run_for(1s);
  const auto told = scene.server.events_of(endpoint, kGathering);
  EXPECT_EQ(told.size(), 5u);  // host and relay for two lines, and the end
  EXPECT_EQ(told.back(), "IceGatheringDone");
}

TEST_F(Nat, SilentServersHoldUpNothingButTheEndOfGathering) {
  turn.server.silent = true;
  const std::string endpoint = endpoint_with(turn.url());
  scene.server.call(endpoint, "setStunServerAddress", {kStunAddress.ip_text()});
  SimPeer& publisher = add_publisher(endpoint);
  ASSERT_TRUE(scene.connect(2s));
  EXPECT_EQ(local_type(publisher), "host");
  EXPECT_TRUE(scene.server.events_of(endpoint, {"IceGatheringDone"}).empty());
  scene.run_for(8s);
  EXPECT_EQ(scene.server.events_of(endpoint, {"IceGatheringDone"}).size(), 1u);
}

TEST_F(Nat, ServersThatCannotBeUsedAreLeftOut) {
  for (const char* url : {"garbage", "user:wrong@198.51.100.1:3478", "user:secret@turn.example.org",
                          "user:secret@198.51.100.9:3478"}) {
    const std::string endpoint = endpoint_with(url);
    scene.server.call(endpoint, "setStunServerAddress", {"stun.example.org"});
    scene.server.call(endpoint, "setStunServerPort", {70000});
    SimPeer& publisher = add_publisher(endpoint);
    ASSERT_TRUE(scene.connect(3s)) << url;
    EXPECT_EQ(local_type(publisher), "host");
    scene.run_for(9s);
    EXPECT_EQ(scene.server.events_of(endpoint, {"IceGatheringDone"}).size(), 1u) << url;
  }
}

TEST_F(Nat, ARelayOutlivesARestartOfIceAndACutLink) {
  part();
  SimPeer& publisher = add_publisher(endpoint_with(turn.url()));
  SimPeer& viewer = add_viewer(publisher, endpoint_with(turn.url()));
  ASSERT_TRUE(scene.connect(3s));
  publisher.start_media();
  scene.run_for(2s);
  publisher.restart_ice();
  scene.run_for(3s);
  EXPECT_TRUE(scene.connected(publisher));
  EXPECT_EQ(local_type(publisher), "relay");
  EXPECT_EQ(turn.server.allocations(), 2u);
  scene.network.cut(turn, scene.network.now(), scene.network.now() + 5s);
  scene.run_for(8s);
  const auto before = viewer.video_in().arrived().size();
  scene.run_for(2s);
  EXPECT_GT(viewer.video_in().arrived().size(), before + 40);
}

TEST_F(Nat, ARelayedCallLastsAnHour) {
  part();
  SimPeer& publisher = add_publisher(endpoint_with(turn.url()));
  ASSERT_TRUE(scene.connect(3s));
  turn.server.requests_a_nonce = 5;
  scene.run_for(3600s);
  EXPECT_TRUE(scene.connected(publisher));
  publisher.start_media();
  scene.run_for(2s);
  EXPECT_EQ(*scene.server.call(publisher.endpoint(), "getMediaState").string(), "CONNECTED");
  EXPECT_EQ(turn.server.refused_data, 0);
}

}  // namespace
}  // namespace kaskado::sim
