#include "fixture.hpp"

namespace kaskado::sdp {
namespace {

// A WebRTC offer of m-lines that share one bundle, each of `lines` with its own attributes.
std::string bundled_offer(const std::vector<std::string>& media) {
  std::string text = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE";
  for (std::size_t i = 0; i < media.size(); ++i) text += " " + std::to_string(i);
  text +=
      "\r\na=ice-ufrag:them\r\na=ice-pwd:their-own-password-1234\r\na=fingerprint:sha-256 "
      "AB:CD\r\na=setup:actpass\r\n";
  for (std::size_t i = 0; i < media.size(); ++i)
    text += media[i] + "a=rtcp-mux\r\na=mid:" + std::to_string(i) + "\r\n";
  return text;
}
const std::string kAudio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n";
const std::string kVideo = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";
const std::string kData = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5001\r\n";

TEST(Answer, IsWrittenAsBrowsersExpectIt) {
  const Negotiation answer = answer_or_fail(
      parse_or_fail(bundled_offer(
          {kAudio + "a=rtcp-rsize\r\na=rtcp-fb:111 transport-cc\r\na=rtcp-fb:111 foo\r\n"
                    "a=fmtp:111 useinbandfec=1\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n",
           kData})),
      with_data_channels());
  EXPECT_EQ(
      answer.local.to_string(),
      "v=0\r\no=- 4000000001 1 IN IP4 0.0.0.0\r\ns=Kaskado\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=group:BUNDLE 0 "
      "1\r\n"
      "a=ice-options:trickle\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\na=mid:0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=rtcp-mux\r\n"
      "a=rtcp-rsize\r\na=ice-ufrag:ufrag0\r\na=ice-pwd:a-password-of-our-own-0\r\n"
      "a=fingerprint:sha-256 " +
          std::string(kFingerprint) +
          "\r\na=setup:active\r\n"
          "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 "
          "transport-cc\r\n"
          "a=fmtp:111 useinbandfec=1\r\na=msid:stream track0\r\na=ssrc:1000 cname:user@kaskado\r\n"
          "a=candidate:0 1 UDP 1 192.0.2.1 5000 typ host\r\n"
          "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\na=ice-ufrag:ufrag0\r\n"
          "a=ice-pwd:a-password-of-our-own-0\r\na=fingerprint:sha-256 " +
          std::string(kFingerprint) +
          "\r\na=setup:active\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n");
}

struct DirectionCase {
  const char* offered;
  bool can_send, can_receive;
  Direction answered;
};

TEST(Answer, DirectionIsTheOffersReversedAndNarrowed) {
  using enum Direction;
  for (const DirectionCase& c : std::vector<DirectionCase>{{"sendrecv", true, true, sendrecv},
                                                           {"sendonly", true, true, recvonly},
                                                           {"recvonly", true, true, sendonly},
                                                           {"inactive", true, true, inactive},
                                                           {"sendrecv", true, false, sendonly},
                                                           {"sendrecv", false, true, recvonly},
                                                           {"sendonly", true, false, inactive},
                                                           {"recvonly", false, true, inactive},
                                                           {"sendrecv", false, false, inactive},
                                                           {"recvonly", true, false, sendonly},
                                                           {"sendonly", false, true, recvonly}}) {
    LocalCapabilities capabilities = default_capabilities();
    capabilities.can_send = c.can_send;
    capabilities.can_receive = c.can_receive;
    const auto offer = parse_or_fail(bundled_offer({kAudio + "a=" + c.offered + "\r\n"}));
    const Negotiation answer = answer_or_fail(offer, capabilities);
    EXPECT_EQ(answer.media[0].direction, c.answered) << c.offered;
    EXPECT_EQ(answer.local.media[0].direction, c.answered);
    EXPECT_NE(answer.local.media[0].port, 0);
    EXPECT_EQ(answer.local.media[0].ssrcs.empty(), !sends(c.answered));
  }
}

struct SetupCase {
  const char* offered;
  Setup preferred;
  Setup ours;
};

TEST(Answer, SetupRoleIsOursToChooseOnlyWhereTheOfferLeavesIt) {
  for (const SetupCase& c :
       std::vector<SetupCase>{{"a=setup:actpass", SetupRole::active, SetupRole::active},
                              {"a=setup:actpass", SetupRole::passive, SetupRole::passive},
                              {"a=setup:active", SetupRole::active, SetupRole::passive},
                              {"a=setup:passive", SetupRole::passive, SetupRole::active},
                              {"a=tool:none", SetupRole::active, SetupRole::active}}) {
    LocalTransportParameters local = local_parameters();
    local.transports[0].setup = c.preferred;
    const auto text = replace_all(bundled_offer({kAudio}), "a=setup:actpass", c.offered);
    const Negotiation answer = answer_or_fail(parse_or_fail(text), default_capabilities(), local);
    EXPECT_EQ(answer.transports.at(0).setup, c.ours) << c.offered;
    EXPECT_EQ(answer.local.media[0].transport.setup, c.ours);
  }
}

Refusal refusal_of(const std::string& text, const LocalCapabilities& capabilities = with_data_channels(),
                   std::size_t index = 0) {
  const Negotiation answer = answer_or_fail(parse_or_fail(text), capabilities);
  const NegotiatedMedia& media = answer.media.at(index);
  EXPECT_EQ(answer.local.media.at(index).port == 0, !media.accepted());
  EXPECT_EQ(media.accepted() || answer.local.media[index].direction == Direction::inactive, true);
  return media.refusal;
}

TEST(Answer, SaysWhyAMediaLineIsRefused) {
  const std::string offer = bundled_offer({kAudio, kVideo, kData});
  EXPECT_EQ(refusal_of(offer), Refusal::none);
  EXPECT_EQ(refusal_of(replace_all(offer, "m=audio 9", "m=audio 0")), Refusal::port_zero);
  EXPECT_EQ(refusal_of(replace_all(offer, "m=audio", "m=text")), Refusal::unknown_media);
  EXPECT_EQ(refusal_of(replace_all(offer, "UDP/TLS/RTP/SAVPF 111", "RTP/AVPF 111")),
            Refusal::unknown_protocol);
  EXPECT_EQ(refusal_of(replace_all(offer, "opus", "speex")), Refusal::no_common_codec);
  EXPECT_EQ(refusal_of(replace_all(offer, "a=ice-ufrag:them\r\n", "")), Refusal::no_ice);
  EXPECT_EQ(refusal_of(replace_all(offer, "a=ice-pwd:their-own-password-1234\r\n", "")), Refusal::no_ice);
  EXPECT_EQ(refusal_of(replace_all(offer, "a=fingerprint:sha-256 AB:CD\r\n", "")), Refusal::no_fingerprint);
  EXPECT_EQ(refusal_of(replace_all(offer, "sha-256", "md5")), Refusal::no_fingerprint);
  EXPECT_EQ(refusal_of(replace_all(offer, "a=rtcp-mux\r\n", "")), Refusal::no_rtcp_mux);
  EXPECT_EQ(refusal_of(replace_all(offer, "actpass", "holdconn")), Refusal::setup_conflict);
  EXPECT_EQ(refusal_of(offer, default_capabilities(), 2), Refusal::no_data_channels);
  EXPECT_EQ(refusal_of(bundled_offer({kData, kData}), with_data_channels(), 1), Refusal::too_many_of_kind);
  EXPECT_EQ(refusal_of(replace_all(offer, "webrtc-datachannel", "*"), with_data_channels(), 2),
            Refusal::unknown_media);
  EXPECT_EQ(refusal_of(replace_all(offer, "UDP/DTLS/SCTP webrtc-datachannel", "UDP/BFCP *"),
                       with_data_channels(), 2),
            Refusal::unknown_media);
}

TEST(Answer, EveryRefusalHasWords) {
  for (int i = 0; i <= static_cast<int>(Refusal::no_transport_left); ++i) {
    EXPECT_FALSE(to_string(static_cast<Refusal>(i)).empty());
  }
  EXPECT_NE(to_string(Refusal::no_common_crypto), to_string(Refusal::no_transport_left));
}

TEST(Answer, LimitsMediaLinesOfAKindToTheFirstAcceptable) {
  const std::string bad_video = replace_all(kVideo, "VP8", "theora");
  const auto offer = parse_or_fail(bundled_offer({bad_video, kVideo, kVideo, kAudio, kAudio}));
  const auto refusals = [&](const LocalCapabilities& capabilities) {
    std::vector<Refusal> all;
    for (const NegotiatedMedia& m : answer_or_fail(offer, capabilities).media) all.push_back(m.refusal);
    return all;
  };
  using enum Refusal;
  EXPECT_EQ(refusals(default_capabilities()),
            (std::vector{no_common_codec, none, too_many_of_kind, none, too_many_of_kind}));
  LocalCapabilities more = default_capabilities();
  more.max_video = 2;
  more.max_audio = 0;
  EXPECT_EQ(refusals(more), (std::vector{no_common_codec, none, none, too_many_of_kind, too_many_of_kind}));
}

TEST(Answer, BundleHoldsAcceptedMidsAndTakesTransportFromItsFirstMember) {
  const std::string other =
      "a=ice-ufrag:late\r\na=ice-pwd:another-password-123456\r\na=candidate:9 1 UDP 1 192.0.2.9 9 typ "
      "host\r\n";
  const std::string candidate = "a=candidate:1 1 UDP 1 192.0.2.5 7 typ host\r\n";
  std::string text =
      bundled_offer({replace_all(kAudio, "opus", "speex") + candidate, kVideo + other, kData + candidate});
  text = replace_all(text, "BUNDLE 0 1 2", "BUNDLE 2 0 1");
  const Negotiation answer = answer_or_fail(parse_or_fail(text), with_data_channels());
  EXPECT_EQ(group_mids(answer.local), (std::vector<std::string>{"2", "1"}));
  ASSERT_EQ(answer.transports.size(), 1u);
  EXPECT_EQ(answer.transports[0].remote_ufrag, "them");
  EXPECT_EQ(answer.transports[0].media, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(answer.transports[0].remote_candidates,
            (std::vector<std::string>{"candidate:1 1 UDP 1 192.0.2.5 7 typ host"}));
}

TEST(Answer, BundleOnlyMediaLinesCountOnlyInABundle) {
  const std::string bundle_only = replace_all(kVideo, "video 9", "video 0") + "a=bundle-only\r\n";
  const std::string offer = bundled_offer({kAudio, bundle_only});
  const Negotiation answer = answer_or_fail(parse_or_fail(offer), default_capabilities());
  EXPECT_TRUE(answer.media[1].accepted());
  EXPECT_EQ(answer.local.media[1].port, 9);
  EXPECT_FALSE(answer.local.media[1].bundle_only);
  EXPECT_EQ(refusal_of(replace_all(offer, "a=group:BUNDLE 0 1\r\n", ""), default_capabilities(), 1),
            Refusal::port_zero);
}

TEST(Answer, WithoutBundleEachMediaLineHasItsOwnTransportWhileTheyLast) {
  const auto offer = read_description("offers/gstreamer-no-bundle.sdp");
  EXPECT_EQ(transport_groups(offer), (std::vector<std::vector<std::size_t>>{{0}, {1}}));
  const Negotiation one = answer_or_fail(offer, default_capabilities(), local_parameters(1));
  EXPECT_TRUE(one.media[0].accepted());
  EXPECT_EQ(one.media[1].refusal, Refusal::no_transport_left);
  EXPECT_TRUE(one.local.groups.empty());
  const Negotiation two = answer_or_fail(offer, default_capabilities(), local_parameters(2));
  ASSERT_EQ(two.transports.size(), 2u);
  EXPECT_EQ(two.media[1].transport, 1u);
  EXPECT_EQ(two.transports[1].local, 1u);
  EXPECT_NE(two.transports[0].remote_ufrag, two.transports[1].remote_ufrag);
  EXPECT_EQ(two.local.media[0].transport.ice_ufrag, "ufrag0");
  EXPECT_EQ(two.local.media[1].transport.ice_ufrag, "ufrag1");
  EXPECT_EQ(two.local.media[1].candidates, local_parameters(2).transports[1].candidates);
}

TEST(Answer, ATransportBelongsToItsMediaLinesWhateverBecomesOfOthers) {
  auto offer = read_description("offers/gstreamer-no-bundle.sdp");
  for (RtpCodec& codec : offer.media[0].codecs) codec.name = "unheard-of";
  const Negotiation answer = answer_or_fail(offer, default_capabilities(), local_parameters(2));
  EXPECT_EQ(answer.media[0].refusal, Refusal::no_common_codec);
  ASSERT_EQ(answer.transports.size(), 1u);
  EXPECT_EQ(answer.transports[0].local, 1u);
  EXPECT_EQ(answer.local.media[1].transport.ice_ufrag, "ufrag1");
}

TEST(Answer, RefusedMediaLinesHaveNoTransport) {
  auto offer = read_description("offers/gstreamer-no-bundle.sdp");
  offer.media[0].port = 0;
  EXPECT_EQ(transport_groups(offer), (std::vector<std::vector<std::size_t>>{{1}}));
}

TEST(Answer, TwoBundlesAreTwoTransports) {
  std::string text = replace_all(bundled_offer({kAudio, kVideo, kData}), "a=group:BUNDLE 0 1 2",
                                 "a=group:BUNDLE 0 2\r\na=group:BUNDLE 1 2");
  EXPECT_EQ(transport_groups(parse_or_fail(text)), (std::vector<std::vector<std::size_t>>{{0, 2}, {1}}));
  const Negotiation answer = answer_or_fail(parse_or_fail(text), with_data_channels(), local_parameters(2));
  ASSERT_EQ(answer.local.groups.size(), 2u);
  EXPECT_EQ(answer.local.groups[0].mids, (std::vector<std::string>{"0", "2"}));
  EXPECT_EQ(answer.local.groups[1].mids, (std::vector<std::string>{"1"}));
  EXPECT_EQ(answer.transports[0].media, (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(answer.transports[1].media, (std::vector<std::size_t>{1}));
}

TEST(Answer, ExtensionsKeepIdsReverseDirectionsAndFitTheKind) {
  const std::string extensions = std::string("a=extmap:1/sendonly ") + std::string(extension::kAbsSendTime) +
                                 "\r\na=extmap:2/recvonly " + std::string(extension::kTransportCc) +
                                 "\r\na=extmap:3 " + std::string(extension::kSsrcAudioLevel) +
                                 "\r\na=extmap:4 " + std::string(extension::kVideoOrientation) +
                                 "\r\na=extmap:5 urn:unknown\r\na=extmap:20 " + std::string(extension::kMid) +
                                 "\r\na=extmap:4100 " + std::string(extension::kRid) + "\r\n";
  const auto offer =
      parse_or_fail(bundled_offer({kAudio + extensions, kVideo + extensions + "a=extmap-allow-mixed\r\n"}));
  const Negotiation answer = answer_or_fail(offer, default_capabilities());
  const ExtensionMap abs_send_time{1, Direction::recvonly, std::string(extension::kAbsSendTime), ""};
  const ExtensionMap transport_cc{2, Direction::sendonly, std::string(extension::kTransportCc), ""};
  EXPECT_EQ(
      answer.media[0].extensions,
      (std::vector<ExtensionMap>{
          abs_send_time, transport_cc, {3, std::nullopt, std::string(extension::kSsrcAudioLevel), ""}}));
  EXPECT_EQ(answer.media[1].extensions,
            (std::vector<ExtensionMap>{abs_send_time,
                                       transport_cc,
                                       {4, std::nullopt, std::string(extension::kVideoOrientation), ""},
                                       {20, std::nullopt, std::string(extension::kMid), ""}}));
  EXPECT_EQ(answer.local.media[1].extensions, answer.media[1].extensions);
  EXPECT_TRUE(answer.local.media[1].extmap_allow_mixed);
  EXPECT_EQ(answer.media[1].extension_id(extension::kMid), 20);
  EXPECT_EQ(answer.media[0].extension_id(extension::kMid), 0);
}

TEST(Answer, AnExtensionIdMeansOneThingInABundle) {
  const std::string mid = "a=extmap:1 " + std::string(extension::kMid) + "\r\n";
  const std::string clash = "a=extmap:1 " + std::string(extension::kAbsSendTime) + "\r\na=extmap:2 " +
                            std::string(extension::kMid) + "\r\n";
  const Negotiation answer =
      answer_or_fail(parse_or_fail(bundled_offer({kAudio + mid, kVideo + clash})), default_capabilities());
  EXPECT_EQ(extension_uris(answer.media[1].extensions),
            (std::vector<std::string>{std::string(extension::kMid)}));
}

TEST(Answer, ReadsExtensionsFromSessionLevel) {
  const std::string text =
      replace_all(bundled_offer({kAudio}), "a=setup:actpass\r\n",
                  "a=setup:actpass\r\na=extmap:7 " + std::string(extension::kMid) + "\r\n");
  EXPECT_EQ(
      answer_or_fail(parse_or_fail(text), default_capabilities()).media[0].extension_id(extension::kMid), 7);
}

TEST(Answer, AcceptsOnlyTheFormatsThatTheCapabilityNames) {
  LocalCapabilities capabilities = default_capabilities();
  for (CodecCapability& codec : capabilities.video) {
    if (codec.name == "H264")
      codec.accepted = {FormatParameters("packetization-mode=1;profile-level-id=42e01f")};
    if (codec.name == "VP9") codec.accepted = {FormatParameters("profile-id=0")};
  }
  const Negotiation answer =
      answer_or_fail(read_description("kurento/chrome-recvonly.offer.sdp"), capabilities);
  EXPECT_EQ(payload_types(answer.local.media[1]), (std::vector<int>{96, 98, 39, 106, 45}));
}

TEST(Answer, LowersTheH264Level) {
  LocalCapabilities capabilities = default_capabilities();
  capabilities.video[1].accepted = {FormatParameters("profile-level-id=42e01f;packetization-mode=1")};
  const std::string video =
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtpmap:96 H264/90000\r\na=rtpmap:97 h264/90000\r\n"
      "a=fmtp:96 packetization-mode=1;profile-level-id=42c034\r\na=fmtp:97 packetization-mode=2\r\n";
  const Negotiation answer = answer_or_fail(parse_or_fail(bundled_offer({video})), capabilities);
  ASSERT_EQ(answer.media[0].codecs.size(), 1u);
  EXPECT_EQ(answer.local.media[0].codecs[0].parameters.text(),
            "packetization-mode=1;profile-level-id=42c01f");
}

TEST(Answer, NeverAcceptsInterleavedH264) {
  const std::string video =
      "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=2\r\n";
  EXPECT_EQ(refusal_of(bundled_offer({video})), Refusal::no_common_codec);
}

TEST(Answer, RtxFollowsItsCodecWhereSwitchedOn) {
  LocalCapabilities capabilities = default_capabilities();
  const auto offer = read_description("offers/safari-av.sdp");
  EXPECT_EQ(payload_types(answer_or_fail(offer, capabilities).local.media[1]),
            (std::vector<int>{96, 98, 100, 103}));
  capabilities.rtx = true;
  const Negotiation answer = answer_or_fail(offer, capabilities);
  const MediaDescription& video = answer.local.media[1];
  EXPECT_EQ(payload_types(video), (std::vector<int>{96, 97, 98, 99, 100, 101, 103, 104}));
  EXPECT_EQ(video.codecs[1].parameters.text(), "apt=96");
  EXPECT_EQ(answer.media[1].codecs[3].rtx_payload_type, 104);
  EXPECT_EQ(answer.media[1].codecs[3].receive_rtx_payload_type, 104);
  EXPECT_EQ(video.ssrc_groups, (std::vector<SsrcGroup>{{"FID", {1001, 2001}}}));
  EXPECT_EQ(video.ssrcs.size(), 2u);
  EXPECT_TRUE(answer.local.media[0].ssrc_groups.empty());
}

LocalCapabilities with_fec() {
  LocalCapabilities capabilities = default_capabilities();
  capabilities.rtx = capabilities.fec = true;
  return capabilities;
}

// Name and parameters of each codec of the answer from the first red on.
std::vector<std::string> protection_of(const MediaDescription& media) {
  std::vector<std::string> names;
  for (const RtpCodec& codec : media.codecs) {
    if (names.empty() && codec.name != "red" && codec.name != "flexfec-03") continue;
    names.push_back(std::to_string(codec.payload_type) + " " + codec.name + " " + codec.parameters.text());
  }
  return names;
}

TEST(Answer, TakesUlpfecInRedWhereSwitchedOn) {
  const auto offer = read_description("offers/chromium-sendonly.sdp");
  EXPECT_TRUE(protection_of(answer_or_fail(offer, default_capabilities()).local.media[1]).empty());
  const Negotiation answer = answer_or_fail(offer, with_fec());
  EXPECT_EQ(protection_of(answer.local.media[1]), (std::vector<std::string>{"118 red ", "119 rtx apt=118", "120 ulpfec "}));
  const NegotiatedFec& fec = answer.media[1].fec;
  EXPECT_EQ(fec.red, 118);
  EXPECT_EQ(fec.red_rtx, 119);
  EXPECT_EQ(fec.ulpfec, 120);
  EXPECT_EQ(fec.flexfec, std::nullopt);
  // It is no codec that could be sent.
  for (const NegotiatedCodec& codec : answer.media[1].codecs) EXPECT_NE(codec.codec.name, "red");
  EXPECT_FALSE(answer.media[0].fec.any()) << "audio";
  EXPECT_EQ(parse_or_fail(answer.local.to_string()).to_string(), answer.local.to_string());
}

TEST(Answer, TakesUlpfecOfEachBrowser) {
  for (const char* path : {"offers/chromium-av-dc.sdp", "offers/firefox-sendonly.sdp", "offers/safari-av.sdp"}) {
    const Negotiation answer = answer_or_fail(read_description(path), with_fec());
    EXPECT_TRUE(answer.media[1].fec.red && answer.media[1].fec.ulpfec) << path;
  }
}

TEST(Answer, TakesFlexfec) {
  SessionDescription offer = read_description("offers/chromium-recvonly.sdp");
  offer.media[1].direction = Direction::sendrecv;
  const Negotiation answer = answer_or_fail(offer, with_fec());
  EXPECT_EQ(answer.media[1].fec.flexfec, 49);
  const RtpCodec& flexfec = answer.local.media[1].codecs.back();
  EXPECT_EQ(flexfec.name, "flexfec-03");
  EXPECT_EQ(flexfec.parameters.text(), "repair-window=10000000");
  EXPECT_EQ(flexfec.feedback, (std::vector<std::string>{"goog-remb", "transport-cc"}));
}

// Nothing of the kind is ever sent, and of several encodings nobody knows which is protected.
TEST(Answer, TakesNoFecOfWhoOnlyReceivesNorOfSimulcast) {
  for (const char* path : {"offers/chromium-recvonly.sdp", "offers/firefox-recvonly.sdp", "offers/chromium-simulcast.sdp", "offers/firefox-simulcast.sdp"}) {
    const Negotiation answer = answer_or_fail(read_description(path), with_fec());
    EXPECT_FALSE(answer.media[1].fec.any()) << path;
    EXPECT_TRUE(protection_of(answer.local.media[1]).empty()) << path;
  }
  SessionDescription offer = read_description("offers/chromium-sendonly.sdp");
  offer.media[1].ssrc_groups.push_back({"SIM", {1, 2, 3}});
  EXPECT_FALSE(answer_or_fail(offer, with_fec()).media[1].fec.any());
}

TEST(Answer, TakesRedAndUlpfecTogetherOnly) {
  const std::string video = "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 RED/90000\r\na=rtpmap:98 ulpfec/90000\r\n";
  const auto fec_of = [](const std::string& text) { return answer_or_fail(parse_or_fail(bundled_offer({text})), with_fec()).media[0].fec; };
  EXPECT_TRUE(fec_of(video).any());
  EXPECT_FALSE(fec_of(replace_all(video, "RED", "other")).any());
  EXPECT_FALSE(fec_of(replace_all(video, "ulpfec", "other")).any());
  EXPECT_FALSE(fec_of(replace_all(video, "RED/90000", "RED/48000")).any());
  // By itself it is nothing to be sent.
  EXPECT_EQ(refusal_of(bundled_offer({replace_all(video, "VP8", "theora")}), with_fec()), Refusal::no_common_codec);
}

TEST(Answer, FeedbackIsForFeedbackProfilesOnly) {
  const std::string video = kVideo + "a=rtcp-fb:* nack pli\r\na=rtcp-fb:96 x-other\r\n";
  const std::string offer = bundled_offer({video});
  EXPECT_EQ(answer_or_fail(parse_or_fail(offer), default_capabilities()).media[0].codecs[0].codec.feedback,
            (std::vector<std::string>{"nack pli"}));
  const std::string savp = replace_all(offer, "SAVPF", "SAVP");
  EXPECT_TRUE(
      answer_or_fail(parse_or_fail(savp), default_capabilities()).media[0].codecs[0].codec.feedback.empty());
}

TEST(Answer, SimulcastIsReceivedWhereSwitchedOn) {
  LocalCapabilities capabilities = default_capabilities();
  for (const char* path : {"offers/chromium-simulcast.sdp", "offers/firefox-simulcast.sdp"}) {
    const auto offer = read_description(path);
    capabilities.simulcast = false;
    EXPECT_TRUE(answer_or_fail(offer, capabilities).local.media[1].rids.empty());
    EXPECT_EQ(answer_or_fail(offer, capabilities).local.media[1].simulcast, std::nullopt);
    capabilities.simulcast = true;
    const Negotiation answer = answer_or_fail(offer, capabilities);
    EXPECT_EQ(answer.local.media[1].rids,
              (std::vector<Rid>{{"h", false, ""}, {"m", false, ""}, {"l", false, ""}}));
    EXPECT_EQ(answer.local.media[1].simulcast,
              (Simulcast{{}, {{{"h", false}}, {{"m", false}}, {{"l", false}}}}));
    EXPECT_EQ(answer.media[1].remote_rids.size(), 3u);
    EXPECT_NE(answer.media[1].extension_id(extension::kRid), 0);
    EXPECT_NE(answer.media[1].extension_id(extension::kRepairedRid), 0);
  }
}

TEST(Answer, DropsRidsOfPayloadTypesThatWereNotAccepted) {
  LocalCapabilities capabilities = default_capabilities();
  capabilities.simulcast = true;
  const std::string video =
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 theora/90000\r\n"
      "a=rid:a send pt=96,97;max-fps=30\r\na=rid:b send pt=97\r\na=rid:c recv\r\na=rid:d send\r\n"
      "a=simulcast:send a,b;b;~d recv c\r\n";
  const Negotiation answer = answer_or_fail(parse_or_fail(bundled_offer({video})), capabilities);
  EXPECT_EQ(answer.local.media[0].rids,
            (std::vector<Rid>{{"a", false, "pt=96,97;max-fps=30"}, {"d", false, ""}}));
  EXPECT_EQ(answer.media[0].simulcast, (Simulcast{{}, {{{"a", false}}, {{"d", true}}}}));
}

TEST(Answer, WritesLimitsOnWhatThePeerMaySend) {
  LocalCapabilities capabilities = default_capabilities();
  capabilities.audio_limit_kbps = 40;
  capabilities.video_limit_kbps = 500;
  const auto offer = parse_or_fail(bundled_offer({kAudio, kVideo + "a=recvonly\r\n"}));
  const Negotiation answer = answer_or_fail(offer, capabilities);
  EXPECT_EQ(answer.local.media[0].bandwidths, (std::vector<Bandwidth>{{"AS", 40}, {"TIAS", 40000}}));
  EXPECT_TRUE(answer.local.media[1].bandwidths.empty());  // it sends nothing
}

TEST(Answer, TellsWhatThePeerSays) {
  const std::string video =
      kVideo +
      "b=AS:300\r\na=ssrc:5 cname:bob\r\na=ssrc:6 cname:bob\r\na=ssrc-group:FID 5 6\r\na=msid:s t\r\n";
  const std::string data = kData + "a=max-message-size:1000\r\n";
  const Negotiation answer = answer_or_fail(
      parse_or_fail(
          bundled_offer({replace_all(video, "a=ssrc:5", "b=TIAS:250000\r\na=ssrc:5"), data, kAudio})),
      with_data_channels());
  const NegotiatedMedia& media = answer.media[0];
  EXPECT_EQ(media.remote_cname, "bob");
  EXPECT_EQ(media.remote_ssrcs.size(), 2u);
  EXPECT_EQ(media.remote_ssrc_groups, (std::vector<SsrcGroup>{{"FID", {5, 6}}}));
  EXPECT_EQ(media.remote_msids, (std::vector<Msid>{{"s", "t"}}));
  EXPECT_EQ(media.remote_bandwidth_bps, 250000u);
  EXPECT_EQ(answer.media[1].remote_sctp_port, 5001);
  EXPECT_EQ(answer.media[1].remote_max_message_size_bytes, 1000u);
  EXPECT_EQ(answer.media[2].remote_bandwidth_bps, std::nullopt);
}

TEST(Answer, BandwidthIsInheritedAndNeverOverflows) {
  const auto bandwidth = [](const std::string& line) {
    const std::string text = replace_all(bundled_offer({kAudio}), "t=0 0\r\n", line + "\r\nt=0 0\r\n");
    return answer_or_fail(parse_or_fail(text), default_capabilities()).media[0].remote_bandwidth_bps;
  };
  EXPECT_EQ(bandwidth("b=AS:64"), 64000u);
  EXPECT_EQ(bandwidth("b=AS:18446744073709551615"), 18446744073709551000u);
  EXPECT_EQ(bandwidth("b=CT:64"), std::nullopt);
}

TEST(Answer, DataChannelOfTheOlderFormIsAnsweredInIt) {
  const Negotiation answer =
      answer_or_fail(read_description("offers/aiortc-av-dc.sdp"), with_data_channels());
  const MediaDescription& data = answer.local.media.at(2);
  EXPECT_EQ(data.protocol, "DTLS/SCTP");
  EXPECT_EQ(data.formats, (std::vector<std::string>{"5000"}));
  EXPECT_EQ(data.sctpmap, (SctpMap{5000, "webrtc-datachannel", 1024}));
  EXPECT_EQ(data.sctp_port, std::nullopt);
  EXPECT_EQ(answer.media[2].remote_sctp_port, 5000);
  EXPECT_EQ(answer.media[2].remote_max_message_size_bytes, 65536u);
}

TEST(Answer, MediaLinesWithoutMidHaveNone) {
  const std::string text =
      replace_all(replace_all(bundled_offer({kAudio}), "a=mid:0\r\n", ""), "a=group:BUNDLE 0\r\n", "");
  const Negotiation answer = answer_or_fail(parse_or_fail(text), default_capabilities());
  EXPECT_TRUE(answer.media[0].accepted());
  EXPECT_EQ(answer.local.to_string().find("a=mid"), std::string::npos);
  EXPECT_EQ(answer.local.to_string().find("a=group"), std::string::npos);
}

TEST(Answer, IceLiteAndCandidatesAreWrittenAndRead) {
  LocalTransportParameters local = local_parameters();
  local.ice_lite = true;
  local.trickle = false;
  local.transports[0].end_of_candidates = true;
  const std::string text =
      replace_all(bundled_offer({kAudio + "a=end-of-candidates\r\n"}), "a=setup:actpass\r\n",
                  "a=setup:actpass\r\na=ice-lite\r\na=ice-options:trickle ice2\r\n");
  const Negotiation answer = answer_or_fail(parse_or_fail(text), default_capabilities(), local);
  EXPECT_TRUE(answer.local.ice_lite);
  EXPECT_TRUE(answer.local.transport.ice_options.empty());
  EXPECT_TRUE(answer.local.media[0].end_of_candidates);
  EXPECT_TRUE(answer.transports[0].remote_ice_lite);
  EXPECT_TRUE(answer.transports[0].remote_end_of_candidates);
  EXPECT_EQ(answer.transports[0].remote_ice_options, (std::vector<std::string>{"trickle", "ice2"}));
}

}  // namespace
}  // namespace kaskado::sdp
