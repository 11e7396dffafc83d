// Candidates as clients exchange them: what is told when, and what is taken.
#include "fixture.hpp"

namespace kaskado::elements::test {
namespace {

class Candidates : public EndpointTest {
 protected:
  static ApiResult<void> give(WebRtcEndpoint& endpoint, const std::string& candidate,
                              const std::string& mid = "0", int index = 0) {
    return endpoint.add_ice_candidate({candidate, mid, index});
  }

  WebRtcEndpoint& endpoint = make("endpoint");
  const std::string kHost = "candidate:1 1 UDP 2013266431 192.0.2.77 50000 typ host";
};

TEST_F(Candidates, AreToldOncePerLineOfTheDescription) {
  answer_of(endpoint, chrome());
  EXPECT_TRUE(take_candidates().empty());
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  const Texts told = take_candidates();
  ASSERT_EQ(told.size(), 6u);  // three ports, two lines; the data channel is refused
  EXPECT_EQ(told[0], "0 0 candidate:1 1 UDP 2130706431 192.0.2.1 40000 typ host");
  EXPECT_EQ(told[1], "1 1 candidate:1 1 UDP 2130706431 192.0.2.1 40000 typ host");
  EXPECT_EQ(told[2], "0 0 candidate:2 1 UDP 2130706175 2001:db8::1 40001 typ host");
  EXPECT_EQ(told[5].substr(0, 4), "1 1 ");
}

TEST_F(Candidates, AreToldBetweenTheEventsOfTheirGathering) {
  answer_of(endpoint, chrome());
  take_events();
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  Texts names = take_events();
  ASSERT_EQ(names.size(), 8u);
  EXPECT_EQ(names.front(), "IceComponentStateChanged GATHERING");
  EXPECT_EQ(names.back(), "IceGatheringDone");
  for (std::size_t i = 1; i < 7; ++i) EXPECT_EQ(names[i], "IceCandidateFound");
}

TEST_F(Candidates, StandInTheDescriptionOnceTheyAreFound) {
  EXPECT_TRUE(lines_with(answer_of(endpoint, chrome()), "a=candidate").empty());
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  const auto local = sdp::parse_or_fail(endpoint.get_local_session_descriptor().value());
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(local.media[i].candidates.size(), 3u);
    EXPECT_TRUE(local.media[i].end_of_candidates);
  }
  EXPECT_TRUE(local.media[2].candidates.empty());
  EXPECT_FALSE(local.media[2].end_of_candidates);
}

TEST_F(Candidates, AreToldOnceHoweverOftenTheyAreAskedFor) {
  answer_of(endpoint, chrome());
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  EXPECT_EQ(take_candidates().size(), 6u);
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  EXPECT_TRUE(take_candidates().empty());
  EXPECT_EQ(lines_with(endpoint.get_local_session_descriptor().value(), "a=candidate").size(), 6u);
}

// As Kurento's tutorials have it: gatherCandidates may come first, and nothing is told until there is a
// session.
TEST_F(Candidates, AskedForBeforeTheOfferAreToldAfterIt) {
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  EXPECT_TRUE(events.empty());
  answer_of(endpoint, chrome());
  const Texts names = take_events();
  ASSERT_EQ(names.size(), 10u);
  EXPECT_EQ(names[0], "DtlsConnectionStateChange NEW");
  EXPECT_EQ(names[1], "MediaSessionStarted");
  EXPECT_EQ(names[2], "IceComponentStateChanged GATHERING");
  EXPECT_EQ(names.back(), "IceGatheringDone");
}

TEST_F(Candidates, OfAnOffererAreToldBeforeTheAnswer) {
  offer_of(endpoint);
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  const Texts told = take_candidates();
  ASSERT_EQ(told.size(), 6u);
  EXPECT_TRUE(told[0].starts_with("audio0 0 candidate:1 "));
  EXPECT_TRUE(told[1].starts_with("video0 1 candidate:1 "));
}

TEST_F(Candidates, AreOfTheInterfacesAndAddressesThatAreSet) {
  EXPECT_TRUE(endpoint.set_network_interfaces("eth0").ok());
  EXPECT_TRUE(endpoint.set_external_ipv4("203.0.113.5").ok());
  answer_of(endpoint, sdp::read_text("offers/chromium-audio.sdp"));
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  EXPECT_EQ(take_candidates(), (Texts{"0 0 candidate:1 1 UDP 2130706431 203.0.113.5 40000 typ host"}));
}

TEST_F(Candidates, OfNoInterfaceAtAllEndTheGathering) {
  EXPECT_TRUE(endpoint.set_network_interfaces("nothing0").ok());
  answer_of(endpoint, chrome());
  take_events();
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  EXPECT_EQ(take_events(), (Texts{"IceComponentStateChanged GATHERING", "IceGatheringDone"}));
}

TEST_F(Candidates, OfAnInterfaceThatComesAreToldWhileTheSessionGoesOn) {
  shard.reserve_ports(100);
  answer_of(endpoint, chrome());
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  take_candidates();
  shard.add_port({3, "wlan0", address("192.0.2.9", 40'003)});
  shard.tell_ports_changed(shard.now());
  EXPECT_EQ(take_candidates(), (Texts{"0 0 candidate:4 1 UDP 2130705663 192.0.2.9 40003 typ host",
                                      "1 1 candidate:4 1 UDP 2130705663 192.0.2.9 40003 typ host"}));
  shard.tell_ports_changed(shard.now());
  EXPECT_TRUE(take_candidates().empty());
  // And of one that is gone no more.
  shard.retire_port(0);
  shard.retire_port(3);
  WebRtcEndpoint& another = make("another");
  answer_of(another, chrome());
  EXPECT_TRUE(another.gather_candidates().ok());
  EXPECT_EQ(take_candidates().size(), 4u);
}

TEST_F(Candidates, BeforeTheGatheringNoneIsToldOfAnInterfaceThatComes) {
  answer_of(endpoint, chrome());
  shard.add_port({3, "wlan0", address("192.0.2.9", 40'003)});
  shard.tell_ports_changed(shard.now());
  EXPECT_TRUE(take_candidates().empty());
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  EXPECT_EQ(take_candidates().size(), 8u);
}

TEST_F(Candidates, OfALiteServerSayThatItIs) {
  configuration.ice_lite = true;
  EXPECT_EQ(lines_with(answer_of(endpoint, chrome()), "a=ice-lite").size(), 1u);
}

// Each is a candidate that can be read, and a call that succeeds.
TEST_F(Candidates, ThatAreOddArePassedOver) {
  answer_of(endpoint, chrome());
  for (const char* odd :
       {"candidate:1 1 TCP 1010827519 127.0.0.1 9 typ host tcptype active",
        "candidate:1 1 TCP 1010827519 127.0.0.1 5000 typ host tcptype passive",
        "candidate:1 1 TCP 1010827519 127.0.0.1 5000 typ host tcptype so", "candidate:1 1 TCP 1 127.0.0.1 5000 typ host",
        "candidate:1 1 udp 2113937151 0b5ad6f2-1ea8-4b0f-8f0c-0c5a8c5b0c11.local 50001 typ host generation 0 network-cost 999",
        "candidate:1 1 udp 1 turn.example.org 3478 typ relay raddr 0.0.0.0 rport 0",
        "candidate:1 1 UDP 1 2001:db8::99 5000 typ host", "candidate:1 1 UDP 1 fe80::1 5000 typ host",
        "candidate:1 1 SCTP 1 192.0.2.1 5000 typ host", "candidate:1 2 UDP 1 192.0.2.1 5000 typ host",
        "candidate:1 1 UDP 1 192.0.2.1 0 typ host", "candidate:1 1 UDP 1 0.0.0.0 5000 typ host",
        "candidate:1 1 UDP 1 224.0.0.1 5000 typ prflx", ""}) {
    EXPECT_TRUE(give(endpoint, odd).ok()) << odd;
  }
}

// RFC 8839 §4.4.1.1.1: both sides have new credentials, and tell their candidates anew.
TEST_F(Candidates, AreToldAgainWhenThePeerRestartsIce) {
  const auto first = sdp::parse_or_fail(answer_of(endpoint, chrome()));
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  take_events();
  const auto offer = sdp::parse_or_fail(chrome());
  std::string restart =
      sdp::replace_all(chrome(), "a=ice-ufrag:" + offer.media[0].transport.ice_ufrag, "a=ice-ufrag:new1");
  restart = sdp::replace_all(restart, offer.media[0].transport.ice_pwd, "anotherPasswordOf24Chars");
  const auto second = sdp::parse_or_fail(answer_of(endpoint, restart));
  EXPECT_NE(second.media[0].transport.ice_ufrag, first.media[0].transport.ice_ufrag);
  EXPECT_NE(second.media[0].transport.ice_pwd, first.media[0].transport.ice_pwd);
  EXPECT_EQ(second.media[0].transport.fingerprints, first.media[0].transport.fingerprints);
  EXPECT_EQ(second.media[0].ssrcs, first.media[0].ssrcs);
  EXPECT_EQ(take_candidates().size(), 6u);
}

TEST_F(Candidates, OfThePeerAreTakenBeforeAndAfterItsOffer) {
  EXPECT_TRUE(give(endpoint, kHost).ok());
  answer_of(endpoint, chrome());
  EXPECT_TRUE(give(endpoint, kHost).ok());
  EXPECT_TRUE(give(endpoint, "a=" + kHost).ok());
  EXPECT_TRUE(give(endpoint, kHost, "1", 1).ok());
  EXPECT_TRUE(give(endpoint, "candidate:1 2 UDP 2013266430 192.0.2.77 50001 typ host").ok());
}

TEST_F(Candidates, ThatCannotBeUsedAreSkippedWithoutAnError) {
  answer_of(endpoint, chrome());
  for (const char* candidate :
       {"candidate:1 1 TCP 1010827519 192.0.2.77 9 typ host tcptype active",
        "candidate:1 1 udp 2113937151 3bcf0e1a-1d5f-4dc5-a5d9-b4b3d9f2d6a1.local 50001 typ host generation 0",
        "candidate:1 1 udp 2113937151 turn.example.org 50001 typ relay raddr 0.0.0.0 rport 9",
        "candidate:9 1 SCTP 5 192.0.2.77 50001 typ host", ""}) {
    EXPECT_TRUE(give(endpoint, candidate).ok()) << candidate;
  }
}

TEST_F(Candidates, ThatAreNoneAreErrorsAtAnyTime) {
  for (const bool negotiated : {false, true}) {
    if (negotiated) answer_of(endpoint, chrome());
    for (const char* broken :
         {"garbage", "candidate:", "candidate:1 1 UDP 5 192.0.2.77 70000 typ host",
          "candidate:1 1 UDP many 192.0.2.77 5000 typ host", "candidate:1 1 UDP 5 192.0.2.77 5000"}) {
      expect_error_like(give(endpoint, broken), ErrorCode::ICE_ADD_CANDIDATE_ERROR,
                        "Error adding candidate: ");
    }
  }
}

TEST_F(Candidates, OfAnUnknownLineAreErrors) {
  answer_of(endpoint, chrome());
  expect_error(give(endpoint, kHost, "77"), ErrorCode::ICE_ADD_CANDIDATE_ERROR, "Error adding candidate");
  EXPECT_TRUE(give(endpoint, kHost, "", 2).ok());
  for (const int index : {3, -1}) {
    expect_error(give(endpoint, kHost, "", index), ErrorCode::ICE_ADD_CANDIDATE_ERROR,
                 "Error adding candidate");
  }
}

TEST_F(Candidates, BeforeTheOfferAreBounded) {
  int taken = 0;
  while (taken < 1000 && give(endpoint, kHost).ok()) ++taken;
  EXPECT_EQ(taken, 64);
  expect_error_like(give(endpoint, kHost), ErrorCode::ICE_ADD_CANDIDATE_ERROR, "Error adding candidate: ");
  answer_of(endpoint, chrome());
  EXPECT_TRUE(give(endpoint, kHost).ok());
}

// Candidates that are known when the negotiation ends are checked at once, in whatever order they came.
TEST_F(Candidates, LeadToChecks) {
  struct Order {
    bool gather_first, early;
  };
  int count = 0;
  for (const Order order : {Order{false, false}, {false, true}, {true, false}, {true, true}}) {
    WebRtcEndpoint& one = make("endpoint" + std::to_string(count++));
    if (order.early) {
      EXPECT_TRUE(give(one, kHost).ok());
    }
    if (order.gather_first) {
      EXPECT_TRUE(one.gather_candidates().ok());
    }
    answer_of(one, chrome());
    if (!order.early) {
      EXPECT_TRUE(give(one, kHost).ok());
    }
    if (!order.gather_first) {
      EXPECT_TRUE(one.gather_candidates().ok());
    }
    shard.outbox().clear();
    const Instant end = now() + 1s;
    while (shard.deadline() <= end) shard.advance(std::max(now(), shard.deadline()));
    bool checked = false;
    for (const base::Egress& egress : shard.outbox().pending()) {
      checked |= egress.path == base::Path{0, address("192.0.2.77", 50'000)};
    }
    EXPECT_TRUE(checked) << order.gather_first << order.early;
    shard.objects().release("endpoint" + std::to_string(count - 1));
    shard.outbox().clear();
  }
}

}  // namespace
}  // namespace kaskado::elements::test
