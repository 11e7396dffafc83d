// The descriptions that an RTP endpoint makes and takes, and the errors for those that it does not.
#include <gmock/gmock.h>

#include "rtp_fixture.hpp"

namespace kaskado::elements::test {
namespace {

using testing::HasSubstr;

std::string offer_of_audio(const std::string& lines,
                           const std::string& connection = "c=IN IP4 198.51.100.7\r\n",
                           const std::string& protocol = "RTP/AVP", const std::string& port = "4000") {
  return "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\n" + connection + "t=0 0\r\nm=audio " + port + " " +
         protocol + " 0\r\n" + lines;
}
const std::string kCrypto =
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj";

TEST_F(RtpEndpointTest, AnswersWithPairsOfPorts) {
  RtpEndpoint& endpoint = make_rtp("rtp");
  const std::string answer = answer_of(endpoint, plain());
  EXPECT_EQ(lines_with(answer, "c="), (Texts{"c=IN IP4 127.0.0.1"}))
      << "the interface that is most like the peer's";
  EXPECT_EQ(lines_with(answer, "m="), (Texts{"m=audio 50000 RTP/AVP 0 96", "m=video 50002 RTP/AVP 97 98"}));
  EXPECT_EQ(lines_with(answer, "a=rtcp:"), (Texts{"a=rtcp:50001", "a=rtcp:50003"}));
  EXPECT_EQ(lines_with(answer, "a=sendrecv").size(), 2u);
  EXPECT_EQ(lines_with(answer, "a=ssrc:").size(), 2u);
  EXPECT_EQ(lines_with(answer, "a=rtcp-fb").size(), 0u) << "AVP has no feedback";
  EXPECT_EQ(sockets.size(), 4u);
  EXPECT_EQ(take_events("rtp"),
            (Texts{"ConnectionStateChanged DISCONNECTED CONNECTED", "MediaSessionStarted"}));
  EXPECT_EQ(endpoint.get_local_session_descriptor().value(), answer);
  EXPECT_EQ(endpoint.get_remote_session_descriptor().value(), plain());
  shard.objects().release("rtp");
  EXPECT_TRUE(sockets.empty());
}

TEST_F(RtpEndpointTest, RtpHasTheEvenPort) {
  next_number = 50'001;
  EXPECT_EQ(lines_with(answer_of(make_rtp("rtp"), offer_of_audio("")), "m="),
            (Texts{"m=audio 50000 RTP/AVP 0"}));
}

TEST_F(RtpEndpointTest, TakesTheNextPairWhereHalfOfOneIsTaken) {
  sockets[200] = address("192.0.2.1", 50'001);
  EXPECT_EQ(lines_with(answer_of(make_rtp("rtp"), offer_of_audio("")), "m="),
            (Texts{"m=audio 50002 RTP/AVP 0"}));
  EXPECT_EQ(sockets.size(), 3u) << "the half is given back";
}

TEST_F(RtpEndpointTest, SaysThatNoPortsAreLeft) {
  last_number = 50'002;
  expect_error(make_rtp("rtp").process_offer(plain()), ErrorCode::MEDIA_OBJECT_NOT_AVAILABLE,
               "No pair of media ports is free on 127.0.0.1: check minPort and maxPort");
  EXPECT_TRUE(sockets.empty());
  EXPECT_TRUE(take_events().empty());
}

TEST_F(RtpEndpointTest, OpensNoPortsForWhatItRefuses) {
  RtpEndpoint& endpoint = make_rtp("rtp");
  const std::string answer = answer_of(endpoint, sdp::read_text("kurento/rtp-rejected-video.offer.sdp"));
  EXPECT_EQ(lines_with(answer, "m="), (Texts{"m=audio 50000 RTP/AVP 0 96", "m=video 0 RTP/AVP 97 98"}));
  EXPECT_EQ(sockets.size(), 2u);
  RtpEndpoint& other = make_rtp("other");
  EXPECT_EQ(lines_with(answer_of(other, chrome()), "m=").size(), 3u);
  EXPECT_EQ(sockets.size(), 2u);
  EXPECT_EQ(other.get_connection_state().value(), ConnectionState::connected) << "as Kurento has it";
}

TEST_F(RtpEndpointTest, TellsTheExternalAddress) {
  configuration.external_ipv4 = "203.0.113.5";
  EXPECT_EQ(lines_with(answer_of(make_rtp("far"), offer_of_audio("")), "c="),
            (Texts{"c=IN IP4 203.0.113.5"}));
  EXPECT_EQ(lines_with(answer_of(make_rtp("near"), plain()), "c="), (Texts{"c=IN IP4 127.0.0.1"}))
      << "on this machine";
}

TEST_F(RtpEndpointTest, SpeaksIpv6WhereItIsToldTo) {
  const std::string answer = answer_of(make_rtp("rtp", {}, true), plain());
  EXPECT_EQ(lines_with(answer, "c="), (Texts{"c=IN IP6 2001:db8::1"}));
  EXPECT_EQ(lines_with(offer_of(make_rtp("offers", {}, true)), "o=").front().find("IN IP6 2001:db8::1") ==
                std::string::npos,
            false);
}

TEST_F(RtpEndpointTest, AnswersAPeerThatConnects) {
  const std::string answer = answer_of(make_rtp("rtp"), sdp::read_text("kurento/rtp-comedia.offer.sdp"));
  EXPECT_EQ(lines_with(answer, "a=direction:"), (Texts{"a=direction:passive", "a=direction:passive"}));
  EXPECT_EQ(lines_with(answer, "a=recvonly").size(), 2u);
  EXPECT_EQ(lines_with(answer, "a=rtcp-fb").size(), 4u);
  const std::string by_setup = answer_of(make_rtp("setup"), offer_of_audio("a=setup:active\r\n"));
  EXPECT_EQ(lines_with(by_setup, "a=setup:"), (Texts{"a=setup:passive"}));
  EXPECT_TRUE(lines_with(by_setup, "a=direction:").empty());
}

TEST_F(RtpEndpointTest, OneSessionAnEndpoint) {
  RtpEndpoint& endpoint = make_rtp("rtp");
  answer_of(endpoint, plain());
  expect_error(endpoint.process_offer(plain()), ErrorCode::SDP_END_POINT_ALREADY_NEGOTIATED,
               "Endpoint already negotiated");
  expect_error(endpoint.process_offer("garbage"), ErrorCode::SDP_END_POINT_ALREADY_NEGOTIATED,
               "Endpoint already negotiated");
}

TEST_F(RtpEndpointTest, OffersInTheClear) {
  const std::string offer = offer_of(make_rtp("rtp"));
  EXPECT_THAT(offer, HasSubstr("m=audio 50000 RTP/AVPF 96 0 8 97\r\n"));
  EXPECT_THAT(offer, HasSubstr("m=video 50002 RTP/AVPF "));
  EXPECT_THAT(offer, HasSubstr("AMR/8000"));
  EXPECT_THAT(offer, HasSubstr("a=rtcp:50001\r\n"));
  EXPECT_EQ(offer.find("transport-cc"), std::string::npos);
  EXPECT_EQ(offer.find("BUNDLE"), std::string::npos);
  EXPECT_EQ(lines_with(offer, "a=extmap:").size(), 2u);
}

TEST_F(RtpEndpointTest, OffersWhatItIsAskedFor) {
  OfferOptions audio_only;
  audio_only.offer_to_receive_video = false;
  EXPECT_EQ(lines_with(offer_of(make_rtp("rtp"), audio_only), "m=").size(), 1u);
  EXPECT_EQ(sockets.size(), 2u);
}

TEST_F(RtpEndpointTest, TakesTheAnswerToItsOffer) {
  RtpEndpoint& endpoint = make_rtp("rtp");
  const std::string offer = offer_of(endpoint);
  EXPECT_EQ(endpoint.process_answer(sdp::read_text("kurento/rtp-generated.answer.sdp")).value(), offer);
  EXPECT_EQ(take_events("rtp"),
            (Texts{"ConnectionStateChanged DISCONNECTED CONNECTED", "MediaSessionStarted"}));
}

TEST_F(RtpEndpointTest, ClosesThePortsOfWhatTheAnswerRefuses) {
  RtpEndpoint& endpoint = make_rtp("rtp");
  offer_of(endpoint);
  EXPECT_EQ(sockets.size(), 4u);
  EXPECT_TRUE(endpoint.process_answer(offer_of_audio("") + "m=video 0 RTP/AVPF 100\r\n").ok());
  EXPECT_EQ(sockets.size(), 2u);
  EXPECT_EQ(endpoint.source(MediaType::video), nullptr);
  EXPECT_NE(endpoint.source(MediaType::audio), nullptr);
}

TEST_F(RtpEndpointTest, MoreMLinesOfAKindAreTakenWhereTheOperatorWantsThem) {
  configuration.num_audio_medias = 2;
  const std::string two = offer_of_audio("a=sendonly\r\n") + "m=audio 4002 RTP/AVP 8\r\na=recvonly\r\n" +
                          "m=audio 4004 RTP/AVP 8\r\n";
  RtpEndpoint& endpoint = make_rtp("rtp");
  EXPECT_EQ(lines_with(answer_of(endpoint, two), "m="),
            (Texts{"m=audio 50000 RTP/AVP 0", "m=audio 50002 RTP/AVP 8", "m=audio 0 RTP/AVP 8"}));
  ASSERT_NE(endpoint.source(MediaType::audio), nullptr);
  EXPECT_EQ(endpoint.source(MediaType::audio)->formats().at(0).codec.name, "PCMU")
      << "the one that the peer sends on";
  ASSERT_NE(endpoint.sink(MediaType::audio), nullptr);
  EXPECT_NE(endpoint.sink(MediaType::audio)->stream(), nullptr) << "the one that the peer receives on";
}

// Keys.

TEST_F(RtpEndpointTest, SealsWithTheKeyThatItIsGiven) {
  const std::string line = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + sdes_key_base64();
  for (const auto& crypto : {sdes("key", "4321ZYXWVUTSRQPONMLKJIHGFEDCBA", "AES_128_CM_HMAC_SHA1_80"),
                             sdes("keyBase64", sdes_key_base64(), "AES_128_CM_HMAC_SHA1_80"),
                             sdes("key", "4321ZYXWVUTSRQPONMLKJIHGFEDCBA")}) {
    RtpEndpoint& endpoint = make_rtp("rtp", crypto);
    const std::string answer = answer_of(endpoint, sdp::read_text("kurento/rtp-sdes.offer.sdp"));
    EXPECT_EQ(lines_with(answer, "a=crypto:"), (Texts{line, line}));
    EXPECT_EQ(lines_with(answer, "m=audio").at(0).find("RTP/SAVPF") == std::string::npos, false);
    shard.objects().release("rtp");
  }
}

TEST_F(RtpEndpointTest, MakesAKeyWhereOnlyTheSuiteIsGiven) {
  const auto key_of_offer = [&](const std::string& id, const std::string& suite) {
    return lines_with(offer_of(make_rtp(id, sdes("", "", suite))), "a=crypto:").at(0);
  };
  const std::string first = key_of_offer("a", "AES_256_CM_HMAC_SHA1_32");
  EXPECT_EQ(first.find("a=crypto:1 AES_256_CM_HMAC_SHA1_32 inline:"), 0u);
  EXPECT_EQ(first.size(), std::string("a=crypto:1 AES_256_CM_HMAC_SHA1_32 inline:").size() + 64);
  EXPECT_NE(first, key_of_offer("b", "AES_256_CM_HMAC_SHA1_32"));
  EXPECT_EQ(key_of_offer("c", "AES_128_CM_HMAC_SHA1_32").find("a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:"),
            0u);
}

TEST_F(RtpEndpointTest, GoesInTheClearWhereNothingIsSaidOfKeys) {
  EXPECT_EQ(lines_with(offer_of(make_rtp("rtp", sdes("", ""))), "a=crypto:").size(), 0u);
}

TEST_F(RtpEndpointTest, SaysWhatIsWrongWithAKey) {
  const auto refusal = [&](Value crypto) {
    const auto made =
        shard.objects().create(kRtpEndpointClass, "bad", {Value("pipe"), std::move(crypto), false});
    EXPECT_FALSE(made.ok());
    if (made.ok()) return std::string();
    EXPECT_EQ(made.error().code, ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
    return made.error().message;
  };
  EXPECT_EQ(
      refusal(sdes("key", "short", "AES_128_CM_HMAC_SHA1_80")),
      "Bad value for parameter 'crypto': the key has 5 bytes and not the 30 of AES_CM_128_HMAC_SHA1_80");
  EXPECT_EQ(
      refusal(sdes("key", "4321ZYXWVUTSRQPONMLKJIHGFEDCBA", "AES_256_CM_HMAC_SHA1_80")),
      "Bad value for parameter 'crypto': the key has 30 bytes and not the 46 of AES_256_CM_HMAC_SHA1_80");
  EXPECT_EQ(refusal(sdes("keyBase64", "no base64!", "AES_128_CM_HMAC_SHA1_80")),
            "Bad value for parameter 'crypto': keyBase64 is no base64");
}

TEST_F(RtpEndpointTest, PlainAndSealedDoNotMix) {
  const std::string sealed = sdp::read_text("kurento/rtp-sdes.offer.sdp");
  for (const auto& [crypto, offer] :
       {std::pair{Value(), sealed}, {sdes("keyBase64", sdes_key_base64()), plain()}}) {
    RtpEndpoint& endpoint = make_rtp("rtp", crypto);
    const std::string answer = answer_of(endpoint, offer);
    for (const std::string& line : lines_with(answer, "m=")) EXPECT_THAT(line, HasSubstr(" 0 RTP/")) << line;
    EXPECT_EQ(lines_with(answer, "a=crypto:").size(), 0u);
    shard.objects().release("rtp");
  }
  EXPECT_TRUE(sockets.empty());
}

TEST_F(RtpEndpointTest, AMismatchOfSuitesIsAnError) {
  RtpEndpoint& endpoint = make_rtp("rtp", sdes("", "", "AES_256_CM_HMAC_SHA1_80"));
  expect_error(
      endpoint.process_offer(sdp::read_text("kurento/rtp-sdes.offer.sdp")),
      ErrorCode::SDP_END_POINT_PROCESS_OFFER_ERROR,
      "Invalid SDP: no m-line has an a=crypto of AES_256_CM_HMAC_SHA1_80, which this endpoint was made with");
  EXPECT_TRUE(sockets.empty());
  RtpEndpoint& offerer = make_rtp("offerer", sdes("keyBase64", sdes_key_base64()));
  offer_of(offerer, [] {
    OfferOptions audio;
    audio.offer_to_receive_video = false;
    return audio;
  }());
  expect_error(offerer.process_answer(offer_of_audio("", "c=IN IP4 198.51.100.7\r\n", "RTP/AVP")),
               ErrorCode::SDP_END_POINT_PROCESS_ANSWER_ERROR,
               "Invalid SDP: m-line 0 of the answer has a protocol that this endpoint does not speak");
  expect_error(offerer.process_answer(offer_of_audio("", "c=IN IP4 198.51.100.7\r\n", "RTP/SAVPF")),
               ErrorCode::SDP_END_POINT_PROCESS_ANSWER_ERROR,
               "Invalid SDP: m-line 0 of the answer has no crypto suite in common");
  EXPECT_TRUE(
      offerer.process_answer(offer_of_audio(kCrypto + "\r\n", "c=IN IP4 198.51.100.7\r\n", "RTP/SAVPF")).ok())
      << "errors change nothing";
}

// What a peer may write.

TEST_F(RtpEndpointTest, HostileOffersAreErrorsThatNameTheField) {
  const Value key = sdes("keyBase64", sdes_key_base64());
  const std::pair<std::string, std::string> kOffers[] = {
      {offer_of_audio("", "c=IN IP4 camera.example\r\n"),
       "m-line 0: c= has 'camera.example', which is no numeric address"},
      {offer_of_audio("", "c=IN IP4 255.255.255.255\r\n"), "m-line 0: c= is the broadcast address"},
      {offer_of_audio("a=rtcp:4001 IN IP4 x\r\n"), "m-line 0: a=rtcp has 'x', which is no numeric address"},
  };
  for (const auto& [offer, why] : kOffers) {
    expect_error(make_rtp("plain").process_offer(offer), ErrorCode::SDP_PARSE_ERROR, "Invalid SDP: " + why);
    shard.objects().release("plain");
  }
  const std::pair<std::string, std::string> kKeys[] = {
      {"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA",
       "the key has 3 bytes and not the 30 of AES_CM_128_HMAC_SHA1_80"},
      {"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:****", "the key is no base64"},
      {"a=crypto:x AES_CM_128_HMAC_SHA1_80 inline:AAAA", "the tag 'x' is not a number"},
      {kCrypto + "|2^77", "the lifetime '2^77' is not between 1 and 2^48"},
      {kCrypto + " UNENCRYPTED_SRTP", "the session parameter 'UNENCRYPTED_SRTP' is not supported"},
  };
  for (const auto& [line, why] : kKeys) {
    expect_error(make_rtp("sealed", key)
                     .process_offer(offer_of_audio(line + "\r\n", "c=IN IP4 198.51.100.7\r\n", "RTP/SAVP")),
                 ErrorCode::SDP_PARSE_ERROR, "Invalid SDP: m-line 0: a=crypto: " + why);
    shard.objects().release("sealed");
  }
  EXPECT_TRUE(sockets.empty());
}

TEST_F(RtpEndpointTest, AnOfferThatFailedMayBeFollowedByABetterOne) {
  RtpEndpoint& endpoint = make_rtp("rtp");
  EXPECT_FALSE(endpoint.process_offer(offer_of_audio("", "c=IN IP4 x\r\n")).ok());
  EXPECT_TRUE(endpoint.process_offer(plain()).ok());
}

TEST_F(RtpEndpointTest, AGroupIsSentToAsFarAsTheOfferSays) {
  RtpEndpoint& endpoint = make_rtp("rtp");
  answer_of(endpoint, offer_of_audio("", "c=IN IP4 239.1.2.3/15\r\n"));
  EXPECT_EQ(hops.size(), 2u);
  for (const auto& [index, h] : hops) EXPECT_EQ(h, 15);
}

}  // namespace
}  // namespace kaskado::elements::test
