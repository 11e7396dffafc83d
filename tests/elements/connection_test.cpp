// A session from its first check to its last word, as the application sees it.
#include "peers.hpp"

namespace kaskado::elements::test {
namespace {

class Connection : public PeersTest {
 protected:
  // Events apart from candidates, pairs and flows.
  Texts take_states() {
    Texts texts = take_events("endpoint");
    std::erase_if(texts, [](const std::string& text) {
      return text == "IceCandidateFound" || text == "NewCandidatePairSelected" ||
             text.starts_with("MediaFlow") || text.starts_with("Element");
    });
    return texts;
  }
  Texts take_states(const std::string& name) {
    Texts texts = take_states();
    std::erase_if(texts, [&](const std::string& text) { return !text.starts_with(name); });
    return texts;
  }

  WebRtcEndpoint& endpoint = make("endpoint");
  Browser& browser = add_browser();
};

TEST_F(Connection, IsToldStepByStep) {
  connect(browser, endpoint);
  run(2s);
  EXPECT_EQ(take_states(),
            (Texts{"DtlsConnectionStateChange NEW", "MediaSessionStarted", "IceComponentStateChanged GATHERING",
                   "IceGatheringDone", "IceComponentStateChanged CONNECTING", "IceComponentStateChanged CONNECTED",
                   "DtlsConnectionStateChange CONNECTING", "DtlsConnectionStateChange CONNECTED",
                   "ConnectionStateChanged DISCONNECTED CONNECTED", "IceComponentStateChanged READY"}));
}

TEST_F(Connection, IsToldByGetters) {
  call(browser, endpoint);
  run(1ms);
  const auto ice = [&] { return endpoint.get_ice_connection_state().value().at(0); };
  const auto dtls = [&] { return endpoint.get_dtls_connection_state().value().at(0); };
  EXPECT_NE(ice().state, IceComponentState::ready);
  EXPECT_EQ(dtls().state, DtlsConnectionState::new_);
  run(2s);
  EXPECT_EQ(ice().stream_id, "1");
  EXPECT_EQ(ice().component_id, 1);
  EXPECT_EQ(ice().state, IceComponentState::ready);
  EXPECT_EQ(dtls().stream_id, "1");
  EXPECT_EQ(dtls().state, DtlsConnectionState::connected);
  EXPECT_FALSE(dtls().connection_id.empty());
  const auto pairs = endpoint.get_ice_candidate_pairs().value();
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].stream_id, "1");
  EXPECT_EQ(pairs[0].component_id, 1);
  EXPECT_NE(pairs[0].local_candidate.find(" 192.0.2.1 40000 typ host"), std::string::npos);
  EXPECT_NE(pairs[0].remote_candidate.find(" 10.0.0.1 5000 typ host"), std::string::npos);
}

TEST_F(Connection, ThePairThatIsToldIsTheSelectedOne) {
  connect(browser, endpoint);
  run(1s);
  int told = 0;
  for (const pipeline::Event& event : events) {
    if (event.info != &kNewCandidatePairSelectedEvent) continue;
    ++told;
    const auto pair = IceCandidatePair::from_value(*event.data.find("candidatePair"));
    EXPECT_EQ(pair.local_candidate, endpoint.get_ice_candidate_pairs().value()[0].local_candidate);
  }
  // That it gets nominated is told by READY alone.
  EXPECT_EQ(told, 1);
}

TEST_F(Connection, NominatedBeforeItsOwnCheckIsToldBothStates) {
  const auto is_request = [](base::Bytes datagram) {
    return datagram.size() > 1 && datagram[0] == 0 && datagram[1] == 1;
  };
  const Instant until = now() + 600ms;
  wire = [&](const base::SocketAddress& from, base::Bytes datagram) {
    return from == browser.peer.local || !is_request(datagram) || now() > until;
  };
  connect(browser, endpoint);
  run(2s);
  EXPECT_EQ(take_states("IceComponentState"),
            (Texts{"IceComponentStateChanged GATHERING", "IceComponentStateChanged CONNECTING",
                   "IceComponentStateChanged CONNECTED", "IceComponentStateChanged READY"}));
}

TEST_F(Connection, OfAnOffererIsMadeToo) {
  EXPECT_TRUE(endpoint.set_network_interfaces("eth0").ok());
  const std::string offer = offer_of(endpoint);
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  const std::string answer = browser.answer(offer, now());
  browser.take_candidates(endpoint.get_local_session_descriptor().value(), now());
  EXPECT_TRUE(endpoint.process_answer(answer).ok());
  run(2s);
  EXPECT_TRUE(browser.connected());
  EXPECT_EQ(endpoint.get_connection_state().value(), ConnectionState::connected);
}

TEST_F(Connection, MediaIsThereWithTheFirstPacket) {
  connect(browser, endpoint);
  run(1s);
  take_states();
  EXPECT_EQ(endpoint.get_media_state().value(), MediaState::disconnected);
  browser.send_audio();
  run(100ms);
  EXPECT_EQ(endpoint.get_media_state().value(), MediaState::connected);
  EXPECT_EQ(take_states(), (Texts{"MediaTranscodingStateChanged NOT_TRANSCODING AUDIO", "MediaStateChanged DISCONNECTED CONNECTED"}));
  browser.send_audio();
  run(100ms);
  EXPECT_TRUE(take_states().empty());
}

TEST_F(Connection, LoopsMediaBack) {
  connect(browser, endpoint);
  link(endpoint, endpoint);
  for (int i = 0; i < 5; ++i) {
    browser.send_video(i == 0);
    browser.send_audio();
    run(20ms);
  }
  std::map<std::uint32_t, int> heard;
  for (const Octets& packet : browser.peer.rtp) ++heard[rtp::parse_rtp(packet)->ssrc.value];
  EXPECT_EQ(heard[browser.remote_ssrc(0)], 5);
  EXPECT_EQ(heard[browser.remote_ssrc(1)], 5);
  EXPECT_EQ(heard.size(), 2u);
  const Texts told = take_events("endpoint");
  for (const char* flow :
       {"MediaFlowOutStateChanged FLOWING AUDIO", "MediaFlowInStateChanged FLOWING AUDIO",
        "MediaFlowOutStateChanged FLOWING VIDEO", "MediaFlowInStateChanged FLOWING VIDEO"}) {
    EXPECT_EQ(std::count(told.begin(), told.end(), flow), 1) << flow;
  }
}

TEST_F(Connection, AsksThePublisherForAKeyFrameWhereTheApplicationDoes) {
  connect(browser, endpoint);
  link(endpoint, endpoint);
  browser.send_video(true);
  run(1s);
  browser.peer.rtcp.clear();
  EXPECT_TRUE(endpoint.request_keyframe().ok());
  // A command between batches reaches the wire with the shard's next step.
  run(1s);
  const auto asked = pipeline::test::messages<rtp::PictureLossIndication>(browser.peer.rtcp);
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked[0].media.value, browser.ssrc(1));
}

TEST_F(Connection, EndsWithGoodbyesWhenTheEndpointIsReleased) {
  connect(browser, endpoint);
  run(1s);
  browser.peer.rtcp.clear();
  release("endpoint");
  run(100ms);
  const auto goodbyes = pipeline::test::messages<rtp::Goodbye>(browser.peer.rtcp);
  ASSERT_EQ(goodbyes.size(), 1u);
  ASSERT_EQ(goodbyes[0].sources.size(), 2u);
  EXPECT_EQ(goodbyes[0].sources[0].value, browser.remote_ssrc(0));
  EXPECT_EQ(goodbyes[0].sources[1].value, browser.remote_ssrc(1));
  EXPECT_EQ(browser.peer.dtls_state(), dtls::DtlsState::closed);
}

TEST_F(Connection, EndsWhenThePeerClosesIt) {
  connect(browser, endpoint);
  browser.send_audio();
  run(1s);
  take_states();
  browser.peer.transport->close(now(), browser.peer.outbox);
  run(1s);
  // Its consent ends with it.
  EXPECT_EQ(take_states(),
            (Texts{"DtlsConnectionStateChange CLOSED", "ConnectionStateChanged CONNECTED DISCONNECTED",
                   "MediaStateChanged CONNECTED DISCONNECTED", "MediaSessionTerminated",
                   "IceComponentStateChanged FAILED"}));
  EXPECT_EQ(endpoint.get_connection_state().value(), ConnectionState::disconnected);
}

// RFC 7675 §5.1: consent of a peer that has vanished expires after 30 s.
TEST_F(Connection, EndsWhenThePeerHasVanished) {
  connect(browser, endpoint);
  browser.send_audio();
  run(1s);
  take_states();
  wire = [](auto&, auto) { return false; };
  run(24s);
  EXPECT_TRUE(take_states().empty());
  run(12s);
  const Texts told = take_states();
  EXPECT_EQ(std::count(told.begin(), told.end(), "ConnectionStateChanged CONNECTED DISCONNECTED"), 1);
  EXPECT_EQ(std::count(told.begin(), told.end(), "MediaStateChanged CONNECTED DISCONNECTED"), 1);
  EXPECT_EQ(endpoint.get_ice_connection_state().value()[0].state, IceComponentState::disconnected);
}

TEST_F(Connection, FailsWithAnotherCertificateThanTheOfferNamed) {
  const auto real = transport::test::certificate(1)->fingerprint().value().digest_text();
  const auto other = transport::test::certificate(2)->fingerprint().value().digest_text();
  EXPECT_TRUE(endpoint.set_network_interfaces("eth0").ok());
  const std::string offer = sdp::replace_all(browser.offer().to_string(), real, other);
  browser.take_answer(answer_of(endpoint, offer), now());
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  browser.take_candidates(endpoint.get_local_session_descriptor().value(), now());
  run(3s);
  EXPECT_EQ(take_states("Dtls"),
            (Texts{"DtlsConnectionStateChange NEW", "DtlsConnectionStateChange CONNECTING",
                   "DtlsConnectionStateChange FAILED"}));
  EXPECT_EQ(endpoint.get_connection_state().value(), ConnectionState::disconnected);
}

TEST_F(Connection, StaysThroughARestartOfIce) {
  connect(browser, endpoint);
  link(endpoint, endpoint);
  browser.send_video(true);
  run(1s);
  take_states();
  browser.peer.rtp.clear();
  browser.peer.transport->restart_ice(now());
  browser.take_answer(answer_of(endpoint, browser.offer().to_string()), now());
  browser.take_candidates(endpoint.get_local_session_descriptor().value(), now());
  browser.send_video();
  run(2s);
  browser.send_video();
  run(100ms);
  EXPECT_TRUE(browser.connected());
  EXPECT_EQ(browser.peer.rtp.size(), 2u);
  const Texts told = take_states();
  for (const std::string& text : told) {
    EXPECT_FALSE(text.starts_with("ConnectionState") || text.starts_with("Dtls") ||
                 text.starts_with("MediaS"))
        << text;
  }
  EXPECT_EQ(told.back(), "IceComponentStateChanged READY");
}

TEST_F(Connection, HasTheLimitsThatWereSetBeforeIt) {
  EXPECT_TRUE(endpoint.set_max_video_recv_bandwidth(150).ok());
  connect(browser, endpoint);
  for (int i = 0; i < 100; ++i) {
    browser.send_video(i == 0);
    run(20ms);
  }
  const auto rembs = pipeline::test::messages<rtp::Remb>(browser.peer.rtcp);
  ASSERT_FALSE(rembs.empty());
  for (const rtp::Remb& remb : rembs) EXPECT_LE(remb.bitrate_bps, 150'000u);
  browser.peer.rtcp.clear();
  EXPECT_TRUE(endpoint.set_max_video_recv_bandwidth(120).ok());
  run(1s);
  browser.send_video();
  run(1s);
  const auto later = pipeline::test::messages<rtp::Remb>(browser.peer.rtcp);
  ASSERT_FALSE(later.empty());
  EXPECT_EQ(later.back().bitrate_bps, 120'000u);
}

// The estimate is ours where the peer does not estimate by transport-wide feedback itself.
TEST_F(Connection, BeginsItsEstimateAnewWithTheParamsThatAreSet) {
  EXPECT_TRUE(endpoint.set_network_interfaces("eth0").ok());
  const std::string offer = sdp::replace_all(browser.offer().to_string(), " transport-cc", " goog-nothing");
  browser.take_answer(answer_of(endpoint, offer), now());
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  browser.take_candidates(endpoint.get_local_session_descriptor().value(), now());
  run(2s);
  const auto first_remb = [&](int on_connect_bps) {
    RembParams params;
    params.remb_on_connect = on_connect_bps;
    EXPECT_TRUE(endpoint.set_remb_params(params).ok());
    browser.peer.rtcp.clear();
    for (int i = 0; i < 30; ++i) {
      browser.send_video(i == 0);
      run(20ms);
    }
    const auto rembs = pipeline::test::messages<rtp::Remb>(browser.peer.rtcp);
    EXPECT_FALSE(rembs.empty());
    return rembs.empty() ? 0.0 : static_cast<double>(rembs[0].bitrate_bps);
  };
  EXPECT_NEAR(first_remb(700'000), 700'000, 35'000);
  EXPECT_NEAR(first_remb(2'000'000), 2'000'000, 100'000);
}

}  // namespace
}  // namespace kaskado::elements::test
