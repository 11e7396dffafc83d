// Several m-lines of a kind: each is a medium of its own, both ways.
#include <algorithm>

#include "peers.hpp"

namespace kaskado::elements::test {
namespace {

constexpr pipeline::Pad kSecond{MediaType::video, 1};

class SeveralMedias : public PeersTest {
 protected:
  SeveralMedias() { configuration.num_video_medias = 2; }

  static void link_video(WebRtcEndpoint& from, const std::string& source, WebRtcEndpoint& to,
                         const std::string& sink) {
    EXPECT_TRUE(from.connect(&to, MediaType::video, source, sink).ok());
  }
  // A publisher with two cameras.
  void publish() {
    publisher.videos = 2;
    connect(publisher, source);
  }
  Browser& add_viewer(WebRtcEndpoint& endpoint, std::size_t videos) {
    Browser& viewer = add_browser();
    viewer.videos = videos;
    connect(viewer, endpoint, sdp::Direction::recvonly);
    return viewer;
  }
  Browser& add_viewer_of_both(WebRtcEndpoint& endpoint) {
    for (const char* each : {"default", "video1"}) link_video(source, each, endpoint, each);
    return add_viewer(endpoint, 2);
  }
  // `first` of the first camera, `second` of the other.
  void send(int first, int second) {
    for (int i = 0; i < std::max(first, second); ++i) {
      if (i < first) publisher.send_video_on(1, i == 0);
      if (i < second) publisher.send_video_on(2, i == 0);
      run(20ms);
    }
  }

  WebRtcEndpoint& source = make("source");
  Browser& publisher = add_browser();
};

TEST_F(SeveralMedias, AreAcceptedUpToTheConfiguredNumber) {
  publisher.videos = 3;
  const sdp::SessionDescription answer = sdp::parse_or_fail(answer_of(source, publisher.offer().to_string()));
  ASSERT_EQ(answer.media.size(), 4u);
  EXPECT_EQ(sdp::group_mids(answer), (Texts{"audio0", "video0", "video1"}));
  EXPECT_EQ(answer.media[3].port, 0);
  EXPECT_EQ(answer.media[1].ssrcs.at(0).ssrc, source.sink(MediaType::video)->ssrc().value);
  EXPECT_EQ(answer.media[2].ssrcs.at(0).ssrc, source.sink_of(kSecond)->ssrc().value);
  EXPECT_NE(answer.media[1].ssrcs[0].ssrc, answer.media[2].ssrcs[0].ssrc);
  EXPECT_NE(answer.media[1].msids, answer.media[2].msids);
  EXPECT_EQ(source.sink_of({MediaType::video, 2}), nullptr);
}

TEST_F(SeveralMedias, OfOneAsByDefaultTheFirstIsTaken) {
  configuration.num_video_medias = 1;
  publisher.videos = 2;
  const sdp::SessionDescription answer = sdp::parse_or_fail(answer_of(source, publisher.offer().to_string()));
  EXPECT_EQ(sdp::group_mids(answer), (Texts{"audio0", "video0"}));
  EXPECT_EQ(source.sink_of(kSecond), nullptr);
}

TEST_F(SeveralMedias, TwoCamerasGoToTwoViewers) {
  publish();
  WebRtcEndpoint& left = make("left");
  WebRtcEndpoint& right = make("right");
  link_video(source, "default", left, "default");
  link_video(source, "video1", right, "default");
  Browser& first = add_viewer(left, 1);
  Browser& second = add_viewer(right, 1);
  send(3, 5);
  EXPECT_EQ(first.received_on(1), 3u);
  EXPECT_EQ(second.received_on(1), 5u);
}

TEST_F(SeveralMedias, OneViewerSeesTwoCameras) {
  publish();
  WebRtcEndpoint& endpoint = make("viewer");
  link_video(source, "video1", endpoint, "default");
  link_video(source, "default", endpoint, "video1");
  Browser& viewer = add_viewer(endpoint, 2);
  send(3, 5);
  EXPECT_EQ(viewer.received_on(1), 5u);
  EXPECT_EQ(viewer.received_on(2), 3u);
}

TEST_F(SeveralMedias, WithoutDescriptionsTheFirstOnesAreConnected) {
  publish();
  WebRtcEndpoint& endpoint = make("viewer");
  link(source, endpoint);
  Browser& viewer = add_viewer(endpoint, 2);
  send(3, 5);
  EXPECT_EQ(viewer.received_on(1), 3u);
  EXPECT_EQ(viewer.received_on(2), 0u);
}

TEST_F(SeveralMedias, GoBothWaysAtOnce) {
  publish();
  link_video(source, "default", source, "video1");
  link_video(source, "video1", source, "default");
  send(3, 5);
  EXPECT_EQ(publisher.received_on(1), 5u);
  EXPECT_EQ(publisher.received_on(2), 3u);
}

TEST_F(SeveralMedias, StandInOurOffersAndAreTakenAsAnswered) {
  EXPECT_TRUE(source.set_network_interfaces("eth0").ok());
  const std::string offer = offer_of(source);
  EXPECT_EQ(sdp::group_mids(sdp::parse_or_fail(offer)), (Texts{"audio0", "video0", "video1"}));
  EXPECT_TRUE(source.gather_candidates().ok());
  publisher.videos = 2;
  const std::string answer = publisher.answer(offer, now());
  publisher.take_candidates(source.get_local_session_descriptor().value(), now());
  EXPECT_TRUE(source.process_answer(answer).ok());
  run(2s);
  ASSERT_TRUE(publisher.connected());
  link_video(source, "video1", source, "video1");
  send(3, 5);
  EXPECT_EQ(publisher.received_on(1), 0u);
  EXPECT_EQ(publisher.received_on(2), 5u);
}

TEST_F(SeveralMedias, APeerMayRefuseTheSecondThatIsOffered) {
  const std::string offer = offer_of(source);
  EXPECT_TRUE(source.process_answer(publisher.answer(offer, now())).ok());
  EXPECT_EQ(publisher.negotiation.media[2].refusal, sdp::Refusal::too_many_of_kind);
  run(2s);
  EXPECT_EQ(source.get_stats({}).value().count("outbound-video-" +
                                               std::to_string(source.sink_of(kSecond)->ssrc().value)),
            0u);
}

TEST_F(SeveralMedias, AnotherMayBeAddedAndTakenAwayByANewOffer) {
  connect(publisher, source);
  WebRtcEndpoint& endpoint = make("viewer");
  Browser& viewer = add_viewer_of_both(endpoint);
  send(2, 0);
  publisher.videos = 2;
  publisher.take_answer(answer_of(source, publisher.offer().to_string()), now());
  send(2, 3);
  EXPECT_EQ(viewer.received_on(1), 4u);
  EXPECT_EQ(viewer.received_on(2), 3u);
  publisher.stopped = {2};
  publisher.take_answer(answer_of(source, publisher.offer().to_string()), now());
  EXPECT_EQ(publisher.negotiation.media[2].refusal, sdp::Refusal::port_zero);
  run(3s);
  EXPECT_FALSE(source.is_media_flowing_out(MediaType::video, "video1").value());
  send(2, 0);
  EXPECT_EQ(viewer.received_on(1), 6u);
  publisher.stopped = {};
  publisher.take_answer(answer_of(source, publisher.offer().to_string()), now());
  send(1, 2);
  EXPECT_EQ(viewer.received_on(1), 7u);
  EXPECT_EQ(viewer.received_on(2), 5u);
}

// Else the picture of one would stand where the other's was.
TEST_F(SeveralMedias, TheSecondStaysTheSecondWhenTheFirstIsTakenAway) {
  publish();
  WebRtcEndpoint& endpoint = make("viewer");
  Browser& viewer = add_viewer_of_both(endpoint);
  send(1, 1);
  const std::uint32_t ssrc = source.sink_of(kSecond)->ssrc().value;
  publisher.stopped = {1};
  const std::string answer = answer_of(source, publisher.offer().to_string());
  EXPECT_EQ(sdp::parse_or_fail(answer).media[2].ssrcs.at(0).ssrc, ssrc);
  publisher.take_answer(answer, now());
  send(0, 2);
  EXPECT_EQ(viewer.received_on(1), 1u);
  EXPECT_EQ(viewer.received_on(2), 3u);
}

TEST_F(SeveralMedias, AreToldByTheirNames) {
  publish();
  WebRtcEndpoint& endpoint = make("viewer");
  link_video(source, "video1", endpoint, "video1");
  const auto connections = endpoint.get_source_connections(MediaType::video, "video1").value();
  ASSERT_EQ(connections.size(), 1u);
  EXPECT_EQ(connections[0].source_description, "video1");
  EXPECT_TRUE(endpoint.get_source_connections(MediaType::video, "default").value().empty());
  EXPECT_EQ(source.get_sink_connections({}, "video1").value().size(), 1u);
  add_viewer(endpoint, 2);
  events.clear();
  send(0, 2);
  Texts flows;
  for (const pipeline::Event& event : events) {
    const Value* const pad = event.data.find("padName");
    if (pad) flows.push_back(event.source + " " + *pad->string());
  }
  EXPECT_EQ(flows, (Texts{"source video1", "viewer video1"}));
  EXPECT_TRUE(source.is_media_flowing_out(MediaType::video, "video1").value());
  EXPECT_TRUE(endpoint.is_media_flowing_in(MediaType::video, "video1").value());
  EXPECT_FALSE(endpoint.is_media_flowing_in(MediaType::video, "default").value());
}

TEST_F(SeveralMedias, AreCountedEachByItself) {
  publish();
  link_video(source, "default", source, "default");
  link_video(source, "video1", source, "video1");
  send(3, 5);
  const auto stats = source.get_stats(MediaType::video).value();
  const auto packets = [&](const std::string& id, const char* field) {
    const auto record = stats.find(id);
    const Value* const value = record == stats.end() ? nullptr : record->second.object()->find(field);
    return value && value->integer() ? *value->integer() : -1;
  };
  const auto expect = [&](pipeline::Pad pad, std::size_t m_line, std::int64_t count) {
    EXPECT_EQ(packets("inbound-video-" + std::to_string(publisher.ssrc(m_line)), "packetsReceived"), count);
    EXPECT_EQ(packets("outbound-video-" + std::to_string(source.sink_of(pad)->ssrc().value), "packetsSent"),
              count);
  };
  expect(MediaType::video, 1, 3);
  expect(kSecond, 2, 5);
}

TEST_F(SeveralMedias, AKeyFrameIsRequestedOfAllThatComeIn) {
  publish();
  WebRtcEndpoint& endpoint = make("viewer");
  expect_error(endpoint.request_keyframe(), ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED,
               "Keyframe request failed (must be requested from a subscriber element)");
  link_video(source, "video1", endpoint, "video1");
  add_viewer(endpoint, 2);
  EXPECT_TRUE(endpoint.request_keyframe().ok());
}

// Without BUNDLE.
TEST_F(SeveralMedias, EachHasATransportOfItsOwnWherePeersBundleNothing) {
  publisher.videos = 2;
  sdp::SessionDescription offer = publisher.offer();
  offer.groups.clear();
  const sdp::SessionDescription answer = sdp::parse_or_fail(answer_of(source, offer.to_string()));
  ASSERT_EQ(answer.media.size(), 3u);
  EXPECT_NE(answer.media[1].transport.ice_ufrag, answer.media[2].transport.ice_ufrag);
  EXPECT_EQ(source.get_ice_connection_state().value().size(), 3u);
  EXPECT_EQ(answer.media[2].ssrcs.at(0).ssrc, source.sink_of(kSecond)->ssrc().value);
  EXPECT_NE(&source.sink_of(kSecond)->line(), &source.sink(MediaType::video)->line());
}

}  // namespace
}  // namespace kaskado::elements::test
