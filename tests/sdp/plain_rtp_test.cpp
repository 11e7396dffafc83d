// RTP and SDES without ICE, as RtpEndpoint uses them.
#include "fixture.hpp"

namespace kaskado::sdp {
namespace {

LocalTransportParameters plain(std::string crypto = "") {
  LocalTransportParameters local = local_parameters(2);
  local.profile = crypto.empty() ? TransportProfile::rtp : TransportProfile::sdes;
  local.crypto = std::move(crypto);
  local.address = "2001:db8::5";
  for (std::uint16_t i = 0; i < 2; ++i) {
    local.transports[i].port = static_cast<std::uint16_t>(30000 + 2 * i);
    local.transports[i].rtcp_port = static_cast<std::uint16_t>(30001 + 2 * i);
  }
  return local;
}

TEST(PlainRtp, AnswerHasAddressPortsAndNothingOfIce) {
  const Negotiation answer =
      answer_or_fail(read_description("kurento/rtp-plain.offer.sdp"), default_capabilities(), plain());
  EXPECT_EQ(answer.local.to_string(),
            "v=0\r\no=- 4000000001 1 IN IP6 2001:db8::5\r\ns=Kaskado\r\nc=IN IP6 2001:db8::5\r\nt=0 0\r\n"
            "m=audio 30000 RTP/AVP 0 96\r\na=sendrecv\r\na=rtcp:30001\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:96 "
            "opus/48000/2\r\n"
            "a=msid:stream track0\r\na=ssrc:1000 cname:user@kaskado\r\n"
            "m=video 30002 RTP/AVP 97 98\r\na=sendrecv\r\na=rtcp:30003\r\na=rtpmap:97 "
            "VP8/90000\r\na=rtpmap:98 H264/90000\r\n"
            "a=fmtp:98 packetization-mode=1;profile-level-id=42e01f\r\na=msid:stream track1\r\na=ssrc:1001 "
            "cname:user@kaskado\r\n");
  ASSERT_EQ(answer.transports.size(), 2u);
  EXPECT_EQ(answer.transports[1].remote_address, "127.0.0.1");
  EXPECT_EQ(answer.transports[1].remote_port, 40002);
  EXPECT_EQ(answer.transports[1].remote_rtcp_address, "127.0.0.1");
  EXPECT_EQ(answer.transports[1].remote_rtcp_port, 40003);
  EXPECT_FALSE(answer.media[0].comedia);
}

TEST(PlainRtp, FindsRtcpWhereTheOfferSaysIt) {
  const auto transport = [](const std::string& lines) {
    const auto offer = parse_or_fail("v=0\r\nc=IN IP4 224.2.1.1/127\r\nm=audio 4000 RTP/AVP 0\r\n" + lines);
    return answer_or_fail(offer, default_capabilities(), plain());
  };
  EXPECT_EQ(transport("").transports[0].remote_address, "224.2.1.1");
  EXPECT_EQ(transport("a=rtcp:4444\r\n").transports[0].remote_rtcp_port, 4444);
  const auto elsewhere = transport("a=rtcp:4444 IN IP4 192.0.2.77\r\n").transports[0];
  EXPECT_EQ(elsewhere.remote_rtcp_address, "192.0.2.77");
  EXPECT_EQ(elsewhere.remote_address, "224.2.1.1");
  const Negotiation mux = transport("a=rtcp-mux\r\na=rtcp:4444\r\n");
  EXPECT_EQ(mux.transports[0].remote_rtcp_port, 4000);
  EXPECT_TRUE(mux.media[0].rtcp_mux);
  EXPECT_TRUE(mux.local.media[0].rtcp_mux);
  EXPECT_EQ(mux.local.media[0].rtcp, std::nullopt);
}

TEST(PlainRtp, ComediaIsAnsweredPassive) {
  const Negotiation answer =
      answer_or_fail(read_description("kurento/rtp-comedia.offer.sdp"), default_capabilities(), plain());
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(answer.media.at(i).comedia);
    EXPECT_EQ(answer.local.media[i].comedia, SetupRole::passive);
    EXPECT_EQ(answer.media[i].direction, Direction::recvonly);
  }
}

SessionDescription offer_with(const std::string& port, const std::string& lines) {
  return parse_or_fail("v=0\r\nc=IN IP4 192.0.2.7\r\nm=audio " + port + " RTP/AVP 0\r\n" + lines);
}

// RFC 4145 has a=setup for it; a=direction was its draft, which stayed in use.
TEST(PlainRtp, APeerMayConnectInSeveralWays) {
  const auto answer_to = [](const std::string& port, const std::string& lines) {
    return answer_or_fail(offer_with(port, lines), default_capabilities(), plain());
  };
  const Negotiation setup = answer_to("4000", "a=setup:active\r\n");
  EXPECT_TRUE(setup.media[0].comedia);
  EXPECT_EQ(setup.local.media[0].transport.setup, SetupRole::passive);
  EXPECT_EQ(setup.local.media[0].comedia, std::nullopt);
  const Negotiation both = answer_to("4000", "a=direction:both\r\n");
  EXPECT_TRUE(both.media[0].comedia);
  EXPECT_EQ(both.local.media[0].comedia, SetupRole::passive);
  const Negotiation discard = answer_to("9", "");
  EXPECT_TRUE(discard.media[0].comedia);
  EXPECT_EQ(discard.local.media[0].comedia, std::nullopt);
  for (const char* lines : {"", "a=setup:passive\r\n", "a=direction:passive\r\n", "a=setup:actpass\r\n"}) {
    EXPECT_FALSE(answer_to("4000", lines).media[0].comedia) << lines;
  }
}

TEST(PlainRtp, AnAnswerMayConnectToo) {
  LocalTransportParameters local = plain();
  const SessionDescription offer = make_offer({.video = false}, default_capabilities(), local);
  const auto read = [&](const std::string& port, const std::string& lines) {
    auto answer = apply_answer(offer, offer_with(port, lines), local);
    EXPECT_TRUE(answer.ok());
    return answer->media.at(0).comedia;
  };
  EXPECT_TRUE(read("4000", "a=setup:active\r\n"));
  EXPECT_TRUE(read("4000", "a=direction:active\r\n"));
  EXPECT_TRUE(read("9", ""));
  EXPECT_FALSE(read("4000", ""));
}

TEST(PlainRtp, AnAnswerKeepsToTheProfile) {
  for (const std::string crypto : {"", "AES_CM_128_HMAC_SHA1_80 inline:x"}) {
    const LocalTransportParameters local = plain(crypto);
    const SessionDescription offer = make_offer({.video = false}, default_capabilities(), local);
    const auto refusal = [&](const std::string& protocol) {
      const auto answer = parse_or_fail("v=0\r\nc=IN IP4 192.0.2.7\r\nm=audio 4000 " + protocol +
                                        " 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:y\r\n");
      return apply_answer(offer, answer, local).value().media.at(0).refusal;
    };
    for (const char* protocol : {"RTP/AVP", "RTP/AVPF"})
      EXPECT_EQ(refusal(protocol), crypto.empty() ? Refusal::none : Refusal::unknown_protocol);
    for (const char* protocol : {"RTP/SAVP", "RTP/SAVPF"})
      EXPECT_EQ(refusal(protocol), crypto.empty() ? Refusal::unknown_protocol : Refusal::none);
  }
}

TEST(PlainRtp, AGroupSaysHowFarItsPacketsGo) {
  const auto ttl = [](const std::string& connection) {
    const auto offer = parse_or_fail("v=0\r\nc=" + connection + "\r\nm=audio 4000 RTP/AVP 0\r\n");
    return int{answer_or_fail(offer, default_capabilities(), plain()).transports.at(0).remote_ttl};
  };
  EXPECT_EQ(ttl("IN IP4 239.1.2.3/127"), 127);
  EXPECT_EQ(ttl("IN IP4 239.1.2.3/15/3"), 15);
  EXPECT_EQ(ttl("IN IP4 239.1.2.3"), 1);
  EXPECT_EQ(ttl("IN IP4 239.1.2.3/999"), 1);
  EXPECT_EQ(ttl("IN IP6 ff15::101/3"), 1) << "a count of groups";
}

TEST(PlainRtp, AmrIsKnownOutsideOfWebRtc) {
  const auto names = [](const LocalCapabilities& capabilities) {
    std::vector<std::string> all;
    for (const CodecCapability& codec : capabilities.audio) all.push_back(codec.name);
    return all;
  };
  EXPECT_EQ(names(plain_rtp_capabilities()), (std::vector<std::string>{"opus", "PCMU", "PCMA", "AMR"}));
  EXPECT_EQ(names(default_capabilities()), (std::vector<std::string>{"opus", "PCMU", "PCMA"}));
}

TEST(PlainRtp, SdesAnswersTheLineOfItsSuite) {
  const std::string key = "AES_CM_128_HMAC_SHA1_32 inline:NDMyMVpZWFdWVVRTUlFQT05NTEtKSUhHRkVEQ0JB";
  const Negotiation answer =
      answer_or_fail(read_description("kurento/rtp-sdes.offer.sdp"), default_capabilities(), plain(key));
  EXPECT_EQ(answer.local.media[0].cryptos, (std::vector<std::string>{"2 " + key}));
  EXPECT_EQ(answer.transports.at(0).remote_crypto.rfind("2 AES_CM_128_HMAC_SHA1_32 inline:NzB4", 0), 0u);
  EXPECT_EQ(answer.media[1].refusal, Refusal::no_common_crypto);
  EXPECT_EQ(answer.transports.size(), 1u);
}

TEST(PlainRtp, ProfilesDoNotMix) {
  for (const char* path : {"kurento/rtp-sdes.offer.sdp", "offers/chromium-av-dc.sdp"}) {
    for (const NegotiatedMedia& media :
         answer_or_fail(read_description(path), with_data_channels(), plain()).media) {
      EXPECT_EQ(media.refusal, Refusal::unknown_protocol) << path;
    }
  }
}

TEST(PlainRtp, OfferHasNoBundleAndOneTransportAMediaLine) {
  const auto offer = make_offer({.data = true}, with_data_channels(), plain("SUITE inline:key"));
  EXPECT_TRUE(offer.groups.empty());
  ASSERT_EQ(offer.media.size(), 2u);
  EXPECT_EQ(offer.media[0].protocol, "RTP/SAVPF");
  EXPECT_EQ(offer.media[0].port, 30000);
  EXPECT_EQ(offer.media[1].port, 30002);
  EXPECT_EQ(offer.media[1].rtcp, (RtcpAddress{30003, std::nullopt}));
  EXPECT_EQ(offer.media[0].cryptos, (std::vector<std::string>{"1 SUITE inline:key"}));
  EXPECT_FALSE(offer.media[0].rtcp_mux);
  EXPECT_EQ(offer.media[0].transport, TransportAttributes{});
  LocalTransportParameters local = plain();
  EXPECT_EQ(make_offer({}, default_capabilities(), local).media[0].protocol, "RTP/AVPF");
  local.transports.pop_back();
  EXPECT_EQ(make_offer({}, default_capabilities(), local).media.size(), 1u);
}

}  // namespace
}  // namespace kaskado::sdp
