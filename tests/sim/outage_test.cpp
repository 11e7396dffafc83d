// Peers whose network goes away and comes back, or comes back as another one, in the middle of a
// conversation.
#include "scene.hpp"
#include "stream_check.hpp"

namespace kaskado::sim {
namespace {

using Events = std::vector<std::string>;

// Two peers who see and hear each other.
class Conversation : public testing::Test {
 protected:
  Conversation() { scene.converse(anna, bert); }

  Events events(const char* name) { return scene.server.events_of(anna.endpoint(), {name}); }
  // The network of `peer` is away for `span` from now on.
  void cut(SimPeer& peer, Duration span) {
    scene.network.cut(peer, scene.network.now(), scene.network.now() + span);
  }
  // Anything of the one has come to the other since `since`.
  static bool arrives(SimPeer& viewer, rtp::MediaKind kind, Instant since) {
    const auto& arrived = viewer.receiver(kind)->arrived();
    return !arrived.empty() && arrived.rbegin()->second.when >= since;
  }
  bool media_both_ways_since(Instant since) {
    return arrives(anna, rtp::MediaKind::video, since) && arrives(bert, rtp::MediaKind::video, since) &&
           arrives(anna, rtp::MediaKind::audio, since) && arrives(bert, rtp::MediaKind::audio, since);
  }
  // How long from now until all of it flows.
  Duration time_until_media(Duration within) {
    const Instant begin = scene.network.now();
    EXPECT_TRUE(scene.network.run_until(begin + within, [&] { return media_both_ways_since(begin); }));
    return scene.network.now() - begin;
  }
  // All that NACKs can recover has been, in both directions.
  void expect_all_streams() {
    scene.drain();
    for (const rtp::MediaKind kind : {rtp::MediaKind::video, rtp::MediaKind::audio}) {
      scene.expect_stream(anna, bert, kind);
      scene.expect_stream(bert, anna, kind);
    }
  }

  Scene scene{1};
  SimPeer& anna = scene.add_peer({.publishes = true});
  SimPeer& bert = scene.add_peer({.publishes = true});
};

// Shorter than consent lasts: nobody is told anything of the connection, and nothing needs to be done.
TEST_F(Conversation, GoesOnAfterAShortOutage) {
  cut(anna, 3s);
  scene.run_for(3s);
  EXPECT_LE(time_until_media(1s), 200ms);
  scene.run_for(3s);
  for (const char* name : {"IceComponentStateChanged", "ConnectionStateChanged", "MediaStateChanged",
                           "DtlsConnectionStateChange", "NewCandidatePairSelected"}) {
    EXPECT_EQ(events(name), Events{}) << name;
  }
  // All that Anna sent meanwhile is had of her in the end; what was for her is not older than its history.
  EXPECT_EQ(
      events("MediaFlowOutStateChanged"),
      (Events{"MediaFlowOutStateChanged NOT_FLOWING VIDEO", "MediaFlowOutStateChanged NOT_FLOWING AUDIO",
              "MediaFlowOutStateChanged FLOWING AUDIO", "MediaFlowOutStateChanged FLOWING VIDEO"}));
  expect_all_streams();
  EXPECT_EQ(anna.video_out().sent(), bert.video_in().arrived().size());
  EXPECT_GE(anna.video_in().arrived().size(), bert.video_out().sent() * 3 / 4);
  scene.expect_clean_end();
}

struct Restart {
  const char* name;
  Duration at;  // since the beginning of an outage of 3 s
  int times = 1;
};

void PrintTo(const Restart& restart, std::ostream* out) {
  *out << restart.name;
}

class RestartedConversation : public Conversation, public testing::WithParamInterface<Restart> {};

TEST_P(RestartedConversation, GoesOnOverAnOutageWithANewOffer) {
  const Instant end = scene.network.now() + 3s;
  cut(anna, 3s);
  scene.run_for(GetParam().at);
  for (int i = 0; i < GetParam().times; ++i) {
    anna.restart_ice();
    scene.run_for(200ms);
  }
  scene.network.run_until(end);
  EXPECT_LE(time_until_media(3s), 200ms);
  scene.run_for(4s);
  EXPECT_EQ(events("IceComponentStateChanged"),
            (Events{"IceComponentStateChanged CONNECTING", "IceComponentStateChanged CONNECTED",
                    "IceComponentStateChanged READY"}));
  EXPECT_EQ(events("NewCandidatePairSelected"), Events{"NewCandidatePairSelected"});
  // The old path is kept until there is a new one, and DTLS does not know of either.
  EXPECT_EQ(events("ConnectionStateChanged"), Events{});
  EXPECT_EQ(events("DtlsConnectionStateChange"), Events{});
  EXPECT_TRUE(scene.connected(anna));
  expect_all_streams();
  EXPECT_EQ(anna.video_out().sent(), bert.video_in().arrived().size());
  scene.expect_clean_end();
}

INSTANTIATE_TEST_SUITE_P(Times, RestartedConversation,
                         testing::Values(Restart{"AtOnce", 1ms}, Restart{"InTheMiddle", 1500ms},
                                         Restart{"Afterwards", 3500ms}, Restart{"AgainAndAgain", 1s, 5}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(Conversation, ARestartWithoutAnOutageLosesNothing) {
  const std::size_t key_frames = anna.video_out().key_frames().size();
  anna.restart_ice();
  scene.run_for(3s);
  expect_all_streams();
  EXPECT_EQ(anna.video_out().key_frames().size(), key_frames);
  EXPECT_EQ(bert.video_out().key_frames().size(), key_frames);
  for (SimPeer* peer : {&anna, &bert}) {
    SimPeer& other = peer == &anna ? bert : anna;
    EXPECT_EQ(peer->video_out().sent(), other.video_in().arrived().size());
  }
  scene.expect_clean_end();
}

// RFC 7675: consent ends after 30 s, and comes back with the network.
TEST_F(Conversation, LosesItsConsentInALongOutageAndRegainsIt) {
  cut(anna, 40s);
  scene.run_for(40s);
  EXPECT_EQ(events("IceComponentStateChanged"), Events{"IceComponentStateChanged DISCONNECTED"});
  EXPECT_EQ(events("ConnectionStateChanged"), Events{"ConnectionStateChanged DISCONNECTED"});
  EXPECT_EQ(events("MediaStateChanged"), Events{"MediaStateChanged DISCONNECTED"});
  scene.server.forget_events();
  EXPECT_LE(time_until_media(20s), 3s);
  scene.run_for(1s);
  EXPECT_EQ(events("IceComponentStateChanged"), Events{"IceComponentStateChanged READY"});
  EXPECT_EQ(events("ConnectionStateChanged"), Events{"ConnectionStateChanged CONNECTED"});
  EXPECT_EQ(events("MediaStateChanged"), Events{"MediaStateChanged CONNECTED"});
  EXPECT_EQ(events("DtlsConnectionStateChange"), Events{});
  scene.run_for(5s);
  expect_all_streams();
  scene.expect_clean_end();
}

TEST_F(Conversation, IsRevivedByARestartAfterItHasFailed) {
  for (SimPeer* peer : {&anna, &bert}) peer->stop_media();
  cut(anna, 150s);
  scene.run_for(151s);
  EXPECT_EQ(events("IceComponentStateChanged"),
            (Events{"IceComponentStateChanged DISCONNECTED", "IceComponentStateChanged FAILED"}));
  scene.server.forget_events();
  for (SimPeer* peer : {&anna, &bert}) peer->start_media();
  anna.restart_ice();
  EXPECT_LE(time_until_media(10s), 1s);
  scene.run_for(1s);
  EXPECT_EQ(events("ConnectionStateChanged"), Events{"ConnectionStateChanged CONNECTED"});
  EXPECT_EQ(events("MediaStateChanged"), Events{"MediaStateChanged CONNECTED"});
  EXPECT_EQ(events("IceComponentStateChanged").back(), "IceComponentStateChanged READY");
  expect_all_streams();
  scene.expect_clean_end();
}

class ReboundConversation : public Conversation {
 protected:
  void rebind() {
    scene.network.rebind(anna.addresses()[0], base::SocketAddress::v4({203, 0, 113, 7}, 61000));
  }
  // What comes from the new address before the server knows it is dropped, so that it cannot be audited. What
  // does come is in order.
  void expect_whole_streams() {
    scene.drain();
    for (const rtp::MediaKind kind : {rtp::MediaKind::video, rtp::MediaKind::audio}) {
      expect_one_stream(*bert.receiver(kind), segments_of(*bert.receiver(kind)), {anna.sender(kind)});
      expect_one_stream(*anna.receiver(kind), segments_of(*anna.receiver(kind)), {bert.sender(kind)});
    }
  }
};

// Anna's own checks, four to six seconds apart, tell the server where she is now. Where she was does not
// answer any more, which takes three seconds to believe.
TEST_F(ReboundConversation, FindsAPeerBehindItsNewAddress) {
  rebind();
  const Instant begin = scene.network.now();
  const auto up = [&] { return arrives(bert, rtp::MediaKind::video, begin + 100ms); };
  const auto down = [&] { return arrives(anna, rtp::MediaKind::video, begin + 100ms); };
  EXPECT_TRUE(scene.network.run_until(begin + 6500ms, up));
  EXPECT_TRUE(scene.network.run_until(begin + 10s, down));
  scene.run_for(40s);
  EXPECT_EQ(events("ConnectionStateChanged"), Events{});
  EXPECT_EQ(events("DtlsConnectionStateChange"), Events{});
  EXPECT_EQ(events("NewCandidatePairSelected"), Events{"NewCandidatePairSelected"});
  const pipeline::Value pairs = scene.server.call(anna.endpoint(), "getICECandidatePairs");
  ASSERT_EQ(pairs.array()->size(), 1u);
  EXPECT_NE(pairs.array()->front().object()->find("remoteCandidate")->string()->find("203.0.113.7"),
            std::string::npos);
  expect_whole_streams();
  scene.expect_clean_end();
}

TEST_F(ReboundConversation, FindsItSoonerByARestart) {
  rebind();
  scene.run_for(1s);
  anna.restart_ice();
  EXPECT_LE(time_until_media(10s), 1s);
  scene.run_for(1s);
  expect_whole_streams();
  scene.expect_clean_end();
}

}  // namespace
}  // namespace kaskado::sim
