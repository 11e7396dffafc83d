// Bad input: what is refused, with which words, and what is tolerated.
#include "fixture.hpp"

namespace kaskado::sdp {
namespace {

struct BadText {
  const char* name;
  std::string text;
  std::size_t line;
  const char* message;  // how the message goes on after "line N: "
};

std::string in_session(const std::string& line) {
  return "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" + line + "\r\n";
}
std::string in_audio(const std::string& line) {
  return in_session("m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=rtpmap:111 opus/48000/2\r\na=mid:0\r\n" + line);
}
constexpr std::size_t kInSession = 5;
constexpr std::size_t kInAudio = 8;

const std::vector<BadText>& bad_texts() {
  static const std::vector<BadText> kAll = {
      {"no_version", "o=- 1 1 IN IP4 0.0.0.0\r\n", 1,
       "a session description must begin with v=0 in 'o=- 1 1 IN"},
      {"garbage", "garbage", 1, "a line must be <letter>=<value> in 'garbage'"},
      {"json", "{\"sdp\":\"v=0\"}", 1, "a line must be <letter>=<value>"},
      {"version_1", "v=1\r\n", 1, "the version must be 0"},
      {"second_version", in_session("v=0"), kInSession, "there is a second v= line"},
      {"capital_type", in_session("A=x"), kInSession, "a line must be <letter>=<value>"},
      {"no_equals", in_session("a"), kInSession, "a line must be <letter>=<value>"},
      {"space_before_equals", in_session("a =x"), kInSession, "a line must be <letter>=<value>"},
      {"short_origin", "v=0\r\no=- 1 1 IN IP4\r\n", 2, "the origin needs six fields"},
      {"short_connection", in_session("c=IN IP4"), kInSession, "the connection needs three fields"},
      {"bandwidth", in_session("b=AS:-1"), kInSession, "the bandwidth must be <type>:<number>"},
      {"bandwidth_type", in_session("b=:1"), kInSession, "the bandwidth must be <type>:<number>"},
      {"nul", std::string("v=0\r\ns=a\0b\r\n", 12), 2, "there is a NUL byte in 's=a?b'"},
      {"lone_cr", "v=0\r\ns=a\ra=b\r\n", 2, "there is a control character"},
      {"delete", "v=0\r\ns=\x7f\r\n", 2, "there is a control character"},
      {"empty_attribute", in_session("a="), kInSession, "the attribute has no name"},
      {"attribute_without_name", in_session("a=:x"), kInSession, "the attribute has no name"},
      {"group", in_session("a=group:"), kInSession, "the group has no semantics"},

      {"m_empty", in_session("m="), kInSession, "the m-line has no media name"},
      {"m_short", in_session("m=audio"), kInSession, "the port must be a number from 0 to 65535"},
      {"m_negative_port", in_session("m=audio -1 RTP/AVP 0"), kInSession,
       "the port must be a number from 0 to 65535"},
      {"m_huge_port", in_session("m=audio 65536 RTP/AVP 0"), kInSession,
       "the port must be a number from 0 to 65535"},
      {"m_no_ports", in_session("m=audio 9/0 RTP/AVP 0"), kInSession,
       "the number of ports must be a number from 1"},
      {"m_no_protocol", in_session("m=audio 9"), kInSession, "the m-line has no protocol"},
      {"m_no_format", in_session("m=audio 9 RTP/AVP"), kInSession, "the m-line has no format"},
      {"m_payload_type_128", in_session("m=audio 9 RTP/AVP 128"), kInSession,
       "a payload type must be a number from 0 to 127"},
      {"m_payload_type_word", in_session("m=audio 9 RTP/AVP opus"), kInSession,
       "a payload type must be a number from 0 to 127"},
      {"m_payload_type_negative", in_session("m=audio 9 RTP/AVP -1"), kInSession,
       "a payload type must be a number from 0 to 127"},

      {"duplicate_mid", in_audio("m=video 9 RTP/AVPF 96\r\na=mid:0"), kInAudio + 1,
       "another m-line has this mid"},
      {"second_mid", in_audio("a=mid:1"), kInAudio, "the m-line has a second mid"},
      {"mid_empty", in_session("m=audio 9 RTP/AVP 0\r\na=mid:"), kInSession + 1, "the mid must be a token"},
      {"mid_with_space", in_session("m=audio 9 RTP/AVP 0\r\na=mid:a b"), kInSession + 1,
       "the mid must be a token"},
      {"rtpmap_128", in_audio("a=rtpmap:128 x/1"), kInAudio,
       "the payload type must be a number from 0 to 127"},
      {"rtpmap_no_rate", in_audio("a=rtpmap:111 opus"), kInAudio, "the clock rate must be a number from 1"},
      {"rtpmap_rate_0", in_audio("a=rtpmap:111 opus/0"), kInAudio, "the clock rate must be a number from 1"},
      {"rtpmap_channels", in_audio("a=rtpmap:111 opus/48000/x"), kInAudio,
       "the number of channels must be from 1 to 255"},
      {"rtpmap_no_name", in_audio("a=rtpmap:111"), kInAudio, "the encoding has no name"},
      {"fmtp", in_audio("a=fmtp:x y"), kInAudio, "the payload type must be a number from 0 to 127"},
      {"rtcp_fb", in_audio("a=rtcp-fb:111"), kInAudio, "the feedback has no type"},
      {"rtcp_fb_star", in_audio("a=rtcp-fb:*"), kInAudio, "the feedback has no type"},
      {"rtcp_fb_128", in_audio("a=rtcp-fb:200 nack"), kInAudio,
       "the payload type must be a number from 0 to 127"},
      {"extmap_0", in_audio("a=extmap:0 urn:x"), kInAudio,
       "the extension id must be a number from 1 to 4351"},
      {"extmap_4352", in_audio("a=extmap:4352 urn:x"), kInAudio,
       "the extension id must be a number from 1 to 4351"},
      {"extmap_direction", in_audio("a=extmap:1/up urn:x"), kInAudio, "the extension's direction is unknown"},
      {"extmap_uri", in_audio("a=extmap:1"), kInAudio, "the extension has no URI"},
      {"msid", in_audio("a=msid:"), kInAudio, "the msid is empty"},
      {"ssrc_word", in_audio("a=ssrc:x cname:a"), kInAudio, "the SSRC must be a 32-bit number"},
      {"ssrc_huge", in_audio("a=ssrc:4294967296 cname:a"), kInAudio, "the SSRC must be a 32-bit number"},
      {"ssrc_group", in_audio("a=ssrc-group:FID 1 x"), kInAudio, "the SSRC must be a 32-bit number"},
      {"rid_direction", in_audio("a=rid:h"), kInAudio, "the rid's direction must be send or recv"},
      {"rid_twice", in_audio("a=rid:h send\r\na=rid:h send"), kInAudio + 1,
       "the m-line has this rid already"},
      {"simulcast_word", in_audio("a=simulcast:both h"), kInAudio,
       "the simulcast direction must be send or recv"},
      {"simulcast_empty", in_audio("a=simulcast:"), kInAudio, "the simulcast attribute is empty"},
      {"simulcast_no_list", in_audio("a=simulcast:send"), kInAudio, "the simulcast list is empty"},
      {"simulcast_hole", in_audio("a=simulcast:send h;;l"), kInAudio,
       "the simulcast list has an empty stream"},
      {"simulcast_twice", in_audio("a=simulcast:send h send l"), kInAudio,
       "the simulcast direction is named twice"},
      {"ufrag_short", in_audio("a=ice-ufrag:abc"), kInAudio,
       "the user fragment must be 4 to 256 ICE characters"},
      {"ufrag_long", in_audio("a=ice-ufrag:" + std::string(257, 'a')), kInAudio, "the user fragment must be"},
      {"ufrag_bad", in_audio("a=ice-ufrag:ab cd"), kInAudio, "the user fragment must be"},
      {"pwd_short", in_audio("a=ice-pwd:short"), kInAudio, "the password must be 22 to 256 ICE characters"},
      {"fingerprint_hex", in_audio("a=fingerprint:sha-256 0G:11"), kInAudio,
       "the fingerprint must be <hash> and pairs"},
      {"fingerprint_empty", in_audio("a=fingerprint:sha-256"), kInAudio, "the fingerprint must be"},
      {"fingerprint_tail", in_audio("a=fingerprint:sha-256 00:"), kInAudio, "the fingerprint must be"},
      {"setup", in_audio("a=setup:client"), kInAudio,
       "the setup role must be active, passive, actpass or holdconn"},
      {"candidate", in_audio("a=candidate:"), kInAudio, "the candidate is empty"},
      {"crypto", in_audio("a=crypto"), kInAudio, "the crypto attribute is empty"},
      {"comedia", in_audio("a=direction:up"), kInAudio,
       "the connection role must be active, passive or both"},
      {"rtcp_port", in_audio("a=rtcp:x"), kInAudio, "the RTCP port must be a number from 0 to 65535"},
      {"rtcp_address", in_audio("a=rtcp:9 IN"), kInAudio, "the connection needs three fields"},
      {"sctp_port", in_audio("a=sctp-port:65536"), kInAudio,
       "the SCTP port must be a number from 0 to 65535"},
      {"sctpmap", in_audio("a=sctpmap:5000"), kInAudio, "the SCTP map names no application"},
      {"max_message_size", in_audio("a=max-message-size:big"), kInAudio, "the message size must be a number"},

      {"long_line", in_session("a=x:" + std::string(kMaxLineBytes, 'x')), kInSession, "the line is too long"},
      {"long_text", "v=0\r\n" + std::string(kMaxTextBytes, '\n'), 1, "the session description is too long"},
      {"many_lines", "v=0\r\n" + std::string(kMaxLines, '\n') + "s=x", kMaxLines + 1,
       "there are too many lines"},
  };
  return kAll;
}

class Malformed : public testing::TestWithParam<BadText> {};

TEST_P(Malformed, NamesLineAndReason) {
  const BadText& bad = GetParam();
  const auto parsed = SessionDescription::parse(bad.text);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().kind, SdpError::Kind::malformed);
  EXPECT_EQ(parsed.error().line, bad.line);
  EXPECT_EQ(parsed.error().message.rfind("line " + std::to_string(bad.line) + ": " + bad.message, 0), 0u)
      << parsed.error().message;
}

std::string bad_text_name(const testing::TestParamInfo<BadText>& bad) {
  return bad.param.name;
}

INSTANTIATE_TEST_SUITE_P(Table, Malformed, testing::ValuesIn(bad_texts()), bad_text_name);

TEST(Malformed, TellsEmptyTextFromBadText) {
  for (const char* text : {"", " ", "\r\n", "\n\n \t\r\n"}) {
    const auto parsed = SessionDescription::parse(text);
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().kind, SdpError::Kind::empty);
    EXPECT_EQ(parsed.error().line, 0u);
  }
}

TEST(Malformed, TextWithoutMediaIsWellFormedAndNotAnswerable) {
  for (const char* text : {"v=0", "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"}) {
    const auto answer = make_answer(parse_or_fail(text), default_capabilities(), local_parameters());
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().kind, SdpError::Kind::no_media);
  }
}

TEST(Malformed, ListsAreBounded) {
  const auto repeat = [](std::string_view line, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
      text += replace_all(std::string(line), "#", std::to_string(i)) + "\r\n";
    return text;
  };
  for (const char* line :
       {"a=candidate:# 1 UDP 1 192.0.2.1 1 typ host", "a=ssrc:# cname:x", "a=unknown-#:1", "a=rid:r# send",
        "a=extmap:1 urn:#", "a=ssrc-group:FID # 1", "a=msid:s# t", "a=crypto:# S inline:x",
        "a=rtcp-fb:111 type-#", "a=fingerprint:sha-256 00", "a=ice-options:x", "b=AS:#", "a=ssrc:1 x#:y"}) {
    EXPECT_TRUE(SessionDescription::parse(in_audio(repeat(line, kMaxEntries))).ok()) << line;
    const auto parsed = SessionDescription::parse(in_audio(repeat(line, kMaxEntries + 1)));
    ASSERT_FALSE(parsed.ok()) << line;
    EXPECT_EQ(parsed.error().line, kInAudio + kMaxEntries) << line;
    EXPECT_NE(parsed.error().message.find("there are too many of these"), std::string::npos);
  }
  EXPECT_TRUE(SessionDescription::parse("v=0\r\n" + repeat("m=audio 9 RTP/AVP 0", kMaxMedia)).ok());
  EXPECT_FALSE(SessionDescription::parse("v=0\r\n" + repeat("m=audio 9 RTP/AVP 0", kMaxMedia + 1)).ok());
}

TEST(Malformed, QuotesOnlyTheStartOfALineAndNothingUnprintable) {
  const auto parsed = SessionDescription::parse("v=0\r\n\xc3\xa9" + std::string(100, 'x'));
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().message,
            "line 2: a line must be <letter>=<value> in '??" + std::string(38, 'x') + "…'");
}

// Odd, but what is meant is clear.
TEST(Tolerated, BundleOfUnknownMid) {
  const auto offer = parse_or_fail(
      replace_all(read_text("offers/chromium-audio.sdp"), "a=group:BUNDLE 0", "a=group:BUNDLE ghost 0 0"));
  const Negotiation answer = answer_or_fail(offer, default_capabilities());
  EXPECT_TRUE(answer.media.at(0).accepted());
  EXPECT_EQ(group_mids(answer.local), (std::vector<std::string>{"0"}));
}

TEST(Tolerated, FmtpWithoutRtpmap) {
  const auto s = parse_or_fail(in_session("m=video 9 RTP/AVP 96\r\na=fmtp:96 profile-id=0"));
  EXPECT_EQ(s.media[0].codecs, (std::vector<RtpCodec>{{96, "", 0, 1, FormatParameters("profile-id=0"), {}}}));
  EXPECT_EQ(parse_or_fail(s.to_string()), s);
}

TEST(Tolerated, PayloadTypeListedTwice) {
  EXPECT_EQ(payload_types(parse_or_fail(in_session("m=audio 9 RTP/AVP 0 8 0")).media[0]),
            (std::vector<int>{0, 8}));
}

TEST(Tolerated, NoOriginNameOrTime) {
  const auto s = parse_or_fail("v=0\r\nm=audio 9 RTP/AVP 0\r\n");
  EXPECT_EQ(s.to_string().rfind("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio", 0), 0u);
}

TEST(Tolerated, EmptySessionNameAndTextOutsideAscii) {
  EXPECT_EQ(parse_or_fail("v=0\r\ns=\r\n").name, "-");
  EXPECT_EQ(parse_or_fail("v=0\r\ns=Réunion\r\n").name, "Réunion");
}

}  // namespace
}  // namespace kaskado::sdp
