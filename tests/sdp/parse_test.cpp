#include "fixture.hpp"

namespace kaskado::sdp {
namespace {

TEST(Parse, ReadsEverySessionField) {
  const auto s = parse_or_fail(
      "v=0\r\no=alice 2890844526 2890842807 IN IP6 2001:db8::1\r\ns=A call\r\ni=About "
      "it\r\nu=http://example.org/\r\n"
      "c=IN IP4 192.0.2.7/127\r\nb=AS:128\r\nb=X-YZ:12\r\nt=1 2\r\nr=7d 1h 0 25h\r\nz=0 0\r\na=group:BUNDLE "
      "a b\r\n"
      "a=group:LS a b\r\na=ice-lite\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS x\r\na=recvonly\r\n"
      "a=extmap:3/sendonly urn:x attr 1\r\na=tool:libfoo 1.0\r\na=flag\r\n");
  EXPECT_EQ(s.origin, (Origin{"alice", "2890844526", "2890842807", {"IN", "IP6", "2001:db8::1"}}));
  EXPECT_EQ(s.name, "A call");
  EXPECT_EQ(s.other_lines, (std::vector<std::string>{"i=About it", "u=http://example.org/", "t=1 2",
                                                     "r=7d 1h 0 25h", "z=0 0"}));
  EXPECT_EQ(s.connection, (ConnectionAddress{"IN", "IP4", "192.0.2.7/127"}));
  EXPECT_EQ(s.bandwidths, (std::vector<Bandwidth>{{"AS", 128}, {"X-YZ", 12}}));
  EXPECT_EQ(s.groups, (std::vector<Group>{{"BUNDLE", {"a", "b"}}, {"LS", {"a", "b"}}}));
  EXPECT_TRUE(s.ice_lite);
  EXPECT_TRUE(s.extmap_allow_mixed);
  EXPECT_EQ(s.msid_semantic, "WMS x");
  EXPECT_EQ(s.direction, Direction::recvonly);
  EXPECT_EQ(s.extensions, (std::vector<ExtensionMap>{{3, Direction::sendonly, "urn:x", "attr 1"}}));
  EXPECT_EQ(s.others, (std::vector<Attribute>{{"tool", "libfoo 1.0"}, {"flag", std::nullopt}}));
  EXPECT_TRUE(s.media.empty());
}

TEST(Parse, ReadsEveryRtpAttribute) {
  const auto s = parse_or_fail(
      "v=0\r\nm=video 49170/2 UDP/TLS/RTP/SAVPF 96 97 0\r\ni=Camera\r\nc=IN IP4 "
      "192.0.2.9\r\nb=TIAS:500000\r\na=mid:v\r\n"
      "a=sendonly\r\na=bundle-only\r\na=rtcp:9 IN IP4 "
      "0.0.0.0\r\na=rtcp-mux\r\na=rtcp-mux-only\r\na=rtcp-rsize\r\n"
      "a=extmap-allow-mixed\r\na=extmap:4095 urn:y\r\na=fmtp:97 apt=96\r\na=rtpmap:96 "
      "VP8/90000\r\na=rtpmap:97 rtx/90000\r\n"
      "a=rtcp-fb:96  nack   pli \r\na=rtcp-fb:* transport-cc\r\na=rid:h send pt=96;max-width=1280\r\na=rid:l "
      "recv\r\n"
      "a=simulcast:recv l send h,~m;x\r\na=msid:stream track\r\na=msid:only\r\na=ssrc:1 "
      "cname:bob\r\na=ssrc:1 msid:stream track\r\n"
      "a=ssrc:1 label:x\r\na=ssrc:2 flag\r\na=ssrc-group:FID 1 2\r\na=framerate:30\r\n");
  ASSERT_EQ(s.media.size(), 1u);
  const MediaDescription& m = s.media[0];
  EXPECT_EQ(m.kind, MediaKind::video);
  EXPECT_EQ(m.port, 49170);
  EXPECT_EQ(m.port_count, 2);
  EXPECT_EQ(m.title, "Camera");
  EXPECT_EQ(m.connection->address, "192.0.2.9");
  EXPECT_EQ(m.bandwidths, (std::vector<Bandwidth>{{"TIAS", 500000}}));
  EXPECT_EQ(m.mid, "v");
  EXPECT_EQ(m.direction, Direction::sendonly);
  EXPECT_TRUE(m.bundle_only && m.rtcp_mux && m.rtcp_mux_only && m.rtcp_rsize && m.extmap_allow_mixed);
  EXPECT_EQ(m.rtcp, (RtcpAddress{9, ConnectionAddress{}}));
  EXPECT_EQ(m.extensions, (std::vector<ExtensionMap>{{4095, std::nullopt, "urn:y", ""}}));
  EXPECT_EQ(m.codecs, (std::vector<RtpCodec>{
                          {96, "VP8", 90000, 1, FormatParameters(), {"nack pli", "transport-cc"}},
                          {97, "rtx", 90000, 1, FormatParameters("apt=96"), {"transport-cc"}},
                          {0, "PCMU", 8000, 1, FormatParameters(), {"transport-cc"}},
                      }));
  EXPECT_EQ(m.rids, (std::vector<Rid>{{"h", true, "pt=96;max-width=1280"}, {"l", false, ""}}));
  EXPECT_EQ(m.simulcast, (Simulcast{{{{"h", false}, {"m", true}}, {{"x", false}}}, {{{"l", false}}}}));
  EXPECT_EQ(m.msids, (std::vector<Msid>{{"stream", "track"}, {"only", ""}}));
  EXPECT_EQ(m.ssrcs, (std::vector<SsrcDescription>{{1, "bob", "stream track", {{"label", "x"}}},
                                                   {2, "", "", {{"flag", std::nullopt}}}}));
  EXPECT_EQ(m.ssrc_groups, (std::vector<SsrcGroup>{{"FID", {1, 2}}}));
  EXPECT_EQ(m.others, (std::vector<Attribute>{{"framerate", "30"}}));
}

TEST(Parse, ReadsEveryTransportAttribute) {
  const auto s = parse_or_fail(
      "v=0\nm=application 9 UDP/DTLS/SCTP "
      "webrtc-datachannel\na=ice-ufrag:abcd\na=ice-pwd:0123456789012345678901\n"
      "a=ice-options:trickle renomination\na=fingerprint:SHA-1 ab:cd:0f\na=setup:holdconn\na=sctp-port:5001\n"
      "a=max-message-size:100000\na=sctpmap:5002 webrtc-datachannel 1024\na=candidate:1 1 UDP 1 192.0.2.1 1 "
      "typ host\n"
      "a=end-of-candidates\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAA|2^31\na=direction:both\n");
  const MediaDescription& m = s.media.at(0);
  EXPECT_EQ(m.formats, (std::vector<std::string>{"webrtc-datachannel"}));
  EXPECT_TRUE(m.codecs.empty());
  EXPECT_EQ(m.transport, (TransportAttributes{"abcd",
                                              "0123456789012345678901",
                                              {"trickle", "renomination"},
                                              {{"sha-1", "AB:CD:0F"}},
                                              SetupRole::holdconn}));
  EXPECT_EQ(m.sctp_port, 5001);
  EXPECT_EQ(m.max_message_size, 100000u);
  EXPECT_EQ(m.sctpmap, (SctpMap{5002, "webrtc-datachannel", 1024}));
  EXPECT_EQ(m.candidates, (std::vector<std::string>{"candidate:1 1 UDP 1 192.0.2.1 1 typ host"}));
  EXPECT_TRUE(m.end_of_candidates);
  EXPECT_EQ(m.cryptos, (std::vector<std::string>{"1 AES_CM_128_HMAC_SHA1_80 inline:AAAA|2^31"}));
  EXPECT_EQ(m.comedia, SetupRole::actpass);
}

TEST(Parse, InheritsFromSessionLevel) {
  const auto s = parse_or_fail(
      "v=0\r\nc=IN IP4 "
      "192.0.2.1\r\na=ice-ufrag:sess\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:sha-256 01\r\n"
      "a=setup:active\r\na=ice-options:trickle\r\na=sendonly\r\nm=audio 9 RTP/SAVPF 0\r\nm=audio 9 RTP/SAVPF "
      "0\r\n"
      "c=IN IP4 192.0.2.2\r\na=ice-ufrag:medi\r\na=ice-pwd:9876543210987654321098\r\na=fingerprint:sha-256 "
      "02\r\n"
      "a=setup:passive\r\na=recvonly\r\n");
  const auto first = s.transport_of(s.media[0]);
  EXPECT_EQ(first, s.transport);
  EXPECT_EQ(s.direction_of(s.media[0]), Direction::sendonly);
  EXPECT_EQ(s.connection_of(s.media[0])->address, "192.0.2.1");
  const auto second = s.transport_of(s.media[1]);
  EXPECT_EQ(second.ice_ufrag, "medi");
  EXPECT_EQ(second.ice_pwd, "9876543210987654321098");
  EXPECT_EQ(second.fingerprints, (std::vector<Fingerprint>{{"sha-256", "02"}}));
  EXPECT_EQ(second.setup, SetupRole::passive);
  EXPECT_EQ(second.ice_options, (std::vector<std::string>{"trickle"}));
  EXPECT_EQ(s.direction_of(s.media[1]), Direction::recvonly);
  EXPECT_EQ(s.connection_of(s.media[1])->address, "192.0.2.2");
}

TEST(Parse, TakesUfragAndPasswordFromOneLevel) {
  const auto s = parse_or_fail(
      "v=0\r\na=ice-ufrag:sess\r\na=ice-pwd:0123456789012345678901\r\nm=audio 9 RTP/SAVPF "
      "0\r\na=ice-ufrag:medi\r\n");
  EXPECT_EQ(s.transport_of(s.media[0]).ice_ufrag, "medi");
  EXPECT_EQ(s.transport_of(s.media[0]).ice_pwd, "");
}

TEST(Parse, DirectionIsSendrecvWhereNoneIsSaid) {
  const auto s = parse_or_fail("v=0\r\nm=audio 9 RTP/AVP 0\r\n");
  EXPECT_EQ(s.direction_of(s.media[0]), Direction::sendrecv);
  EXPECT_EQ(s.connection_of(s.media[0]), nullptr);
}

TEST(Parse, IsIndifferentToLineEndsBlankLinesAndSpaces) {
  // What is kept as text keeps its spaces.
  const std::string text =
      replace_all(replace_all(read_text("offers/chromium-av-dc.sdp"), "WMS ", "WMS-"), "t=0 0\r\n", "");
  const auto expected = parse_or_fail(text);
  EXPECT_EQ(parse_or_fail(replace_all(text, "\r\n", "\n")), expected);
  EXPECT_EQ(parse_or_fail(replace_all(text, "\r\n", "\r\n\r\n")), expected);
  EXPECT_EQ(parse_or_fail(replace_all(text, "\r\n", "  \r\n  ")), expected);
  EXPECT_EQ(parse_or_fail(replace_all(text, " ", "  ")), expected);
  EXPECT_EQ(parse_or_fail(text.substr(0, text.size() - 2)), expected);  // no end of line at the end
}

TEST(Parse, KeepsUnknownAttributesInOrderAndIgnoresUnknownLines) {
  const auto s = parse_or_fail(
      "v=0\r\nx=what\r\nm=audio 9 RTP/AVP 0\r\ny=what\r\na=zoo:1\r\na=ape\r\na=zoo:\r\na=mid:1\r\na=bee:a:b "
      "c\r\n");
  EXPECT_EQ(s.media[0].others,
            (std::vector<Attribute>{{"zoo", "1"}, {"ape", std::nullopt}, {"zoo", ""}, {"bee", "a:b c"}}));
}

TEST(Parse, KeepsLinesOfPayloadTypesThatTheMediaLineDoesNotList) {
  const auto s = parse_or_fail(
      "v=0\r\nm=audio 9 RTP/AVP 0\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 x=1\r\na=rtcp-fb:96 nack\r\n");
  EXPECT_EQ(payload_types(s.media[0]), (std::vector<int>{0}));
  EXPECT_EQ(
      s.media[0].others,
      (std::vector<Attribute>{{"rtpmap", "96 opus/48000/2"}, {"fmtp", "96 x=1"}, {"rtcp-fb", "96 nack"}}));
}

TEST(Parse, ReadsSimulcastOfTheOlderDraft) {
  const auto s = parse_or_fail("v=0\r\nm=video 9 RTP/SAVPF 96\r\na=simulcast: send rid=a;b\r\n");
  EXPECT_EQ(s.media[0].simulcast, (Simulcast{{{{"a", false}}, {{"b", false}}}, {}}));
}

TEST(Write, EndsEveryLineWithCrLfInCanonicalOrder) {
  SessionDescription s;
  s.origin.session_version = "2";
  s.groups = {{"BUNDLE", {"a"}}};
  MediaDescription m;
  m.kind = MediaKind::audio;
  m.media = "audio";
  m.port = 9;
  m.protocol = "UDP/TLS/RTP/SAVPF";
  m.mid = "a";
  m.direction = Direction::sendonly;
  m.codecs = {{111, "opus", 48000, 2, FormatParameters("useinbandfec=1"), {"transport-cc"}}};
  m.ssrcs = {{.ssrc = 4294967295u, .cname = "me"}};
  s.media = {m};
  EXPECT_EQ(s.to_string(),
            "v=0\r\no=- 0 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE a\r\nm=audio 9 "
            "UDP/TLS/RTP/SAVPF 111\r\n"
            "a=sendonly\r\na=mid:a\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n"
            "a=fmtp:111 useinbandfec=1\r\na=ssrc:4294967295 cname:me\r\n");
}

}  // namespace
}  // namespace kaskado::sdp
