// New offers in the middle of a call: directions that change, m-lines that are refused or stopped and come
// back; and calls with one kind of media only.
#include "scene.hpp"
#include "stream_check.hpp"

namespace kaskado::sim {
namespace {

using Events = std::vector<std::string>;
constexpr rtp::MediaKind kVideo = rtp::MediaKind::video;
constexpr rtp::MediaKind kAudio = rtp::MediaKind::audio;

// Two peers who see and hear each other, of whom the first one changes its mind.
class Renegotiation : public testing::Test {
 protected:
  Renegotiation() { scene.converse(anna, bert); }
  std::size_t arrived(SimPeer& viewer, rtp::MediaKind kind) {
    return viewer.receiver(kind)->arrived().size();
  }
  // How many packets come in a second from now on.
  int rate(SimPeer& viewer, rtp::MediaKind kind) {
    const std::size_t before = arrived(viewer, kind);
    scene.run_for(1s);
    return static_cast<int>(arrived(viewer, kind) - before);
  }
  // The viewer's whole stream. A pause parts it where packets were under way when it began.
  void expect_whole(SimPeer& publisher, SimPeer& viewer, rtp::MediaKind kind, std::size_t most_segments) {
    const MediaReceiver& stream = *viewer.receiver(kind);
    const std::vector<Segment> segments = segments_of(stream);
    EXPECT_LE(segments.size(), most_segments);
    expect_one_stream(stream, segments,
                      std::vector<const MediaSender*>(segments.size(), publisher.sender(kind)));
    EXPECT_EQ(stream.arrived().rbegin()->first - stream.arrived().begin()->first + 1,
              stream.arrived().size());
  }
  // The transport knows nothing of what media goes through it.
  void expect_same_connection() {
    for (const char* name : {"IceComponentStateChanged", "ConnectionStateChanged",
                             "DtlsConnectionStateChange", "NewCandidatePairSelected"}) {
      EXPECT_EQ(scene.server.events_of(anna.endpoint(), {name}), Events{}) << name;
    }
  }

  Scene scene{1};
  SimPeer& anna = scene.add_peer({.publishes = true});
  SimPeer& bert = scene.add_peer({.publishes = true});
};

TEST_F(Renegotiation, TheSameOfferAgainChangesNothing) {
  for (int i = 0; i < 20; ++i) {
    anna.offer_again(true, true);
    scene.run_for(100ms);
  }
  expect_same_connection();
  scene.drain();
  for (const rtp::MediaKind kind : {kVideo, kAudio}) {
    expect_whole(anna, bert, kind, 1);
    expect_whole(bert, anna, kind, 1);
    EXPECT_EQ(arrived(bert, kind), anna.sender(kind)->sent());
    EXPECT_EQ(arrived(anna, kind), bert.sender(kind)->sent());
  }
  scene.expect_clean_end();
}

TEST_F(Renegotiation, ToReceiveOnlyAndBack) {
  anna.offer_again(false, true);
  scene.run_for(500ms);
  EXPECT_EQ(rate(bert, kVideo), 0);
  EXPECT_EQ(rate(bert, kAudio), 0);
  EXPECT_GE(rate(anna, kVideo), 55);
  EXPECT_GE(rate(anna, kAudio), 48);
  EXPECT_EQ(scene.server.events_of(anna.endpoint(), {"MediaFlowOutStateChanged"}).size(), 2u);
  anna.offer_again(true, true);
  scene.run_for(500ms);
  EXPECT_GE(rate(bert, kVideo), 55);
  EXPECT_GE(rate(bert, kAudio), 48);
  expect_same_connection();
  scene.drain();
  for (const rtp::MediaKind kind : {kVideo, kAudio}) {
    expect_whole(anna, bert, kind, 2);
    expect_whole(bert, anna, kind, 1);
    EXPECT_EQ(arrived(anna, kind), bert.sender(kind)->sent());
  }
  scene.expect_clean_end();
}

TEST_F(Renegotiation, ToSendOnlyAndBack) {
  anna.offer_again(true, false);
  scene.run_for(500ms);
  EXPECT_EQ(rate(anna, kVideo), 0);
  EXPECT_EQ(rate(anna, kAudio), 0);
  EXPECT_GE(rate(bert, kVideo), 55);
  anna.offer_again(true, true);
  scene.run_for(500ms);
  EXPECT_GE(rate(anna, kVideo), 55);
  EXPECT_GE(rate(anna, kAudio), 48);
  expect_same_connection();
  scene.drain();
  for (const rtp::MediaKind kind : {kVideo, kAudio}) {
    expect_whole(bert, anna, kind, 2);
    expect_whole(anna, bert, kind, 1);
    EXPECT_EQ(arrived(bert, kind), anna.sender(kind)->sent());
  }
  scene.expect_clean_end();
}

TEST_F(Renegotiation, ToNothingAndBackManyTimes) {
  constexpr int kTimes = 8;
  for (int i = 0; i < kTimes; ++i) {
    anna.offer_again(false, false);
    scene.run_for(300ms);
    anna.offer_again(true, true);
    scene.run_for(700ms);
  }
  expect_same_connection();
  EXPECT_GE(rate(bert, kVideo), 55);
  EXPECT_GE(rate(anna, kVideo), 55);
  scene.drain();
  for (const rtp::MediaKind kind : {kVideo, kAudio}) {
    expect_whole(anna, bert, kind, kTimes + 1);
    expect_whole(bert, anna, kind, kTimes + 1);
  }
  scene.expect_clean_end();
}

TEST_F(Renegotiation, AStoppedMLineLeavesTheOtherAlone) {
  for (const rtp::MediaKind kind : {kVideo, kAudio}) {
    const rtp::MediaKind other = kind == kVideo ? kAudio : kVideo;
    anna.offer_again_without(kind);
    scene.run_for(500ms);
    EXPECT_EQ(rate(bert, kind), 0);
    EXPECT_EQ(rate(anna, kind), 0);
    EXPECT_GE(rate(bert, other), 48);
    EXPECT_GE(rate(anna, other), 48);
    anna.offer_again_with(kind);
    scene.run_for(500ms);
    EXPECT_GE(rate(bert, kind), 48);
    EXPECT_GE(rate(anna, kind), 48);
  }
  expect_same_connection();
  scene.drain();
  for (const rtp::MediaKind kind : {kVideo, kAudio}) {
    expect_whole(anna, bert, kind, 2);
    expect_whole(bert, anna, kind, 2);
  }
  scene.expect_clean_end();
}

// The publisher stops one kind of media, or never had it, and the answerer refuses what the server offers.
struct OneKind {
  const char* name;
  bool audio;
  bool server_offers;
};

void PrintTo(const OneKind& kind, std::ostream* out) {
  *out << kind.name;
}

class CallOfOneKind : public testing::TestWithParam<OneKind> {};

TEST_P(CallOfOneKind, GoesThrough) {
  const auto& [name, audio, server_offers] = GetParam();
  Scene scene(3);
  SimPeer& peer = scene.add_peer({.publishes = true, .audio = audio, .video = !audio});
  const std::string endpoint = scene.server.make_endpoint(scene.pipeline);
  scene.server.connect(endpoint, endpoint);
  server_offers ? peer.be_called(endpoint) : peer.call(endpoint);
  SimPeer& viewer = scene.add_viewer(peer);
  ASSERT_TRUE(scene.connect());
  peer.start_media();
  scene.run_for(3s);
  scene.drain();
  const rtp::MediaKind kind = audio ? kAudio : kVideo;
  const rtp::MediaKind other = audio ? kVideo : kAudio;
  for (SimPeer* each : {&peer, &viewer}) {
    EXPECT_GT(scene.expect_stream(peer, *each, kind).arrived, 140);
    EXPECT_TRUE(!each->receiver(other) || each->receiver(other)->arrived().empty());
  }
  EXPECT_EQ(scene.server.events_of(endpoint, {"MediaFlowOutStateChanged"}).size(), 2u);
  scene.expect_clean_end();
}

INSTANTIATE_TEST_SUITE_P(Each, CallOfOneKind,
                         testing::Values(OneKind{"OffersAudio", true, false},
                                         OneKind{"OffersVideo", false, false},
                                         OneKind{"RefusesVideo", true, true},
                                         OneKind{"RefusesAudio", false, true}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace kaskado::sim
