// The offers of browsers and libraries through a whole endpoint: offer text in, answer text and events out.
#include "fixture.hpp"

namespace kaskado::elements::test {
namespace {

class RecordedOffer : public EndpointTest, public testing::WithParamInterface<std::string> {
 protected:
  const std::string offer_text = sdp::read_text(GetParam());
  const sdp::SessionDescription offer = sdp::parse_or_fail(offer_text);
  WebRtcEndpoint& endpoint = make("endpoint");
};

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

bool is_av(const sdp::MediaDescription& media) {
  return media.kind == sdp::MediaKind::audio || media.kind == sdp::MediaKind::video;
}

// The first audio and the first video are what is taken.
bool is_first_of_its_kind(const sdp::SessionDescription& offer, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i) {
    if (offer.media[i].kind == offer.media[index].kind) return false;
  }
  return is_av(offer.media[index]);
}

void expect_accepted(const sdp::SessionDescription& offer, const sdp::MediaDescription& offered,
                     const sdp::MediaDescription& answered) {
  EXPECT_EQ(answered.port, 9);
  EXPECT_EQ(answered.transport.setup, sdp::SetupRole::active);
  EXPECT_EQ(answered.direction, sdp::reverse(offer.direction_of(offered)));
  EXPECT_TRUE(answered.rtcp_mux);
  EXPECT_GE(answered.transport.ice_ufrag.size(), 4u);
  EXPECT_GE(answered.transport.ice_pwd.size(), 22u);
  EXPECT_NE(answered.transport.ice_ufrag, offer.transport_of(offered).ice_ufrag);
  const auto fingerprint = transport::test::certificate(0)->fingerprint().value();
  EXPECT_EQ(answered.transport.fingerprints,
            (std::vector<sdp::Fingerprint>{{"sha-256", fingerprint.digest_text()}}));
  ASSERT_FALSE(answered.codecs.empty());
  for (const sdp::RtpCodec& codec : answered.codecs) {
    const sdp::RtpCodec* theirs = offered.find_codec(codec.payload_type);
    ASSERT_NE(theirs, nullptr);
    EXPECT_TRUE(sdp::same_encoding(*theirs, codec));
  }
  // One for what is sent again, where the peer takes that as a stream of its own (RFC 4588).
  const bool rtx = std::ranges::find(answered.codecs, "rtx", &sdp::RtpCodec::name) != answered.codecs.end();
  EXPECT_EQ(answered.ssrcs.size(), sdp::sends(*answered.direction) ? (rtx ? 2u : 1u) : 0u);
  EXPECT_EQ(answered.ssrc_groups.size(), sdp::sends(*answered.direction) && rtx ? 1u : 0u);
}

TEST_P(RecordedOffer, IsAnsweredLineByLine) {
  const sdp::SessionDescription answer = sdp::parse_or_fail(answer_of(endpoint, offer_text));
  ASSERT_EQ(answer.media.size(), offer.media.size());
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    SCOPED_TRACE(i);
    EXPECT_EQ(answer.media[i].media, offer.media[i].media);
    EXPECT_EQ(answer.media[i].mid, offer.media[i].mid);
    if (!is_first_of_its_kind(offer, i)) {
      EXPECT_EQ(answer.media[i].port, 0);
      EXPECT_EQ(answer.media[i].direction.value_or(sdp::Direction::inactive), sdp::Direction::inactive);
    } else if (!offer.groups.empty() || i == 0) {
      // Without a bundle, how many m-lines can be taken depends on how many transports there are.
      expect_accepted(offer, offer.media[i], answer.media[i]);
    }
  }
}

TEST_P(RecordedOffer, StartsASessionThatKnowsWhatWasSaid) {
  const std::string answer = answer_of(endpoint, offer_text);
  EXPECT_EQ(endpoint.get_local_session_descriptor().value(), answer);
  EXPECT_EQ(endpoint.get_remote_session_descriptor().value(), offer_text);
  Texts expected(endpoint.get_dtls_connection_state().value().size(), "DtlsConnectionStateChange NEW");
  EXPECT_FALSE(expected.empty());
  expected.push_back("MediaSessionStarted");
  EXPECT_EQ(take_events(), expected);
}

// The same offer once more, as browsers make it for a change of tracks: nothing restarts.
TEST_P(RecordedOffer, MadeOnceMoreKeepsTheSession) {
  const sdp::SessionDescription first = sdp::parse_or_fail(answer_of(endpoint, offer_text));
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  take_events();
  const sdp::SessionDescription second = sdp::parse_or_fail(answer_of(endpoint, offer_text));
  EXPECT_TRUE(take_events().empty());
  EXPECT_EQ(second.origin.session_id, first.origin.session_id);
  EXPECT_EQ(std::stoull(second.origin.session_version), std::stoull(first.origin.session_version) + 1);
  for (std::size_t i = 0; i < first.media.size(); ++i) {
    EXPECT_EQ(second.media[i].transport.ice_ufrag, first.media[i].transport.ice_ufrag);
    EXPECT_EQ(second.media[i].transport.ice_pwd, first.media[i].transport.ice_pwd);
    EXPECT_EQ(second.media[i].transport.fingerprints, first.media[i].transport.fingerprints);
    EXPECT_EQ(second.media[i].ssrcs, first.media[i].ssrcs);
    EXPECT_EQ(second.media[i].codecs, first.media[i].codecs);
  }
}

TEST_P(RecordedOffer, OfAReceiverOrSenderOnlyGoesOneWay) {
  const auto directions = [&](const EndpointOptions& options) {
    WebRtcEndpoint& one = make(options.recvonly ? "receiver" : "sender", options);
    std::vector<sdp::Direction> answered;
    const sdp::SessionDescription answer = sdp::parse_or_fail(answer_of(one, offer_text));
    for (const auto& media : answer.media) {
      if (is_av(media) && media.port != 0) answered.push_back(*media.direction);
    }
    EXPECT_FALSE(answered.empty());
    return answered;
  };
  for (const sdp::Direction direction : directions({.recvonly = true})) EXPECT_FALSE(sdp::sends(direction));
  for (const sdp::Direction direction : directions({.sendonly = true}))
    EXPECT_FALSE(sdp::receives(direction));
}

Texts offers_with_media() {
  Texts names = sdp::list_texts("offers");
  for (const char* name : {"chrome-2video", "chrome-audio", "chrome-dc", "chrome-noDC", "chrome-recvonly",
                           "chrome-sendonly", "firefox", "kurento", "webrtc-generated"}) {
    names.push_back("kurento/" + std::string(name) + ".offer.sdp");
  }
  std::erase_if(names, [](const std::string& name) {
    return name == "offers/chromium-dc.sdp" || name == "offers/firefox-dc.sdp";
  });
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, RecordedOffer, testing::ValuesIn(offers_with_media()), test_name);

class RecordedAnswer : public EndpointTest, public testing::WithParamInterface<std::string> {};

TEST_P(RecordedAnswer, EndsTheNegotiation) {
  WebRtcEndpoint& endpoint = make("endpoint");
  offer_of(endpoint);
  // What it was recorded for had a data channel too.
  std::string answer = sdp::read_text(GetParam());
  answer = answer.substr(0, answer.find("m=application"));
  const auto taken = endpoint.process_answer(answer);
  ASSERT_TRUE(taken.ok()) << taken.error().message;
  EXPECT_EQ(take_events(), (Texts{"DtlsConnectionStateChange NEW", "MediaSessionStarted"}));
  EXPECT_EQ(endpoint.get_remote_session_descriptor().value(), answer);
}

INSTANTIATE_TEST_SUITE_P(All, RecordedAnswer, testing::Values("answers/chromium.sdp", "answers/firefox.sdp"),
                         test_name);

using OtherOffers = EndpointTest;

// Nothing of them can go over DTLS: each m-line is refused, as Kurento does it.
TEST_F(OtherOffers, PlainRtpIsRefusedLineByLine) {
  int count = 0;
  for (const char* name : {"rtp-plain", "rtp-avpf", "rtp-sdes", "sdes-to-webrtc"}) {
    SCOPED_TRACE(name);
    WebRtcEndpoint& endpoint = make("endpoint" + std::to_string(count++));
    const std::string text = sdp::read_text("kurento/" + std::string(name) + ".offer.sdp");
    const sdp::SessionDescription answer = sdp::parse_or_fail(answer_of(endpoint, text));
    EXPECT_EQ(answer.media.size(), sdp::parse_or_fail(text).media.size());
    for (const auto& media : answer.media) EXPECT_EQ(media.port, 0);
  }
}

TEST_F(OtherOffers, ADataChannelAloneIsRefused) {
  for (const std::string browser : {"chromium", "firefox"}) {
    WebRtcEndpoint& endpoint = make(browser);
    const auto answer =
        sdp::parse_or_fail(answer_of(endpoint, sdp::read_text("offers/" + browser + "-dc.sdp")));
    ASSERT_EQ(answer.media.size(), 1u);
    EXPECT_EQ(answer.media[0].port, 0);
  }
}

TEST_F(OtherOffers, AHashThatNobodyKnowsRefusesItsLines) {
  WebRtcEndpoint& endpoint = make("endpoint");
  const auto answer = sdp::parse_or_fail(
      answer_of(endpoint, sdp::replace_all(chrome(), "a=fingerprint:sha-256", "a=fingerprint:sha-9")));
  for (const auto& media : answer.media) EXPECT_EQ(media.port, 0);
}

TEST_F(OtherOffers, AFingerprintThatIsNoDigestIsAnError) {
  WebRtcEndpoint& endpoint = make("endpoint");
  expect_error_like(
      endpoint.process_offer(sdp::replace_all(chrome(), "a=fingerprint:sha-256", "a=fingerprint:sha-1")),
      ErrorCode::SDP_PARSE_ERROR, "Invalid SDP: a=fingerprint");
}

TEST_F(OtherOffers, AnRsaCertificateIsUsedWhereAskedFor) {
  std::promise<std::shared_ptr<const dtls::Certificate>> made;
  made.set_value(dtls::Certificate::generate(dtls::KeyType::rsa_2048, {1'800'000'000'000'000'000}).value());
  configuration.certificates.rsa = made.get_future();
  WebRtcEndpoint& endpoint = make("endpoint", {.key_type = "RSA"});
  const auto answer = sdp::parse_or_fail(answer_of(endpoint, chrome()));
  EXPECT_EQ(answer.media[0].transport.fingerprints[0].value,
            configuration.certificates.rsa.get()->fingerprint().value().digest_text());
}

TEST_F(OtherOffers, TwoEndpointsOfThisServerUnderstandEachOther) {
  WebRtcEndpoint& offerer = make("offerer");
  WebRtcEndpoint& answerer = make("answerer", {.recvonly = true});
  const std::string offer = offer_of(offerer);
  const std::string answer = answer_of(answerer, offer);
  EXPECT_TRUE(offerer.process_answer(answer).ok());
  const auto theirs = sdp::parse_or_fail(answer);
  const auto ours = sdp::parse_or_fail(offer);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(theirs.media[i].direction, sdp::Direction::recvonly);
    EXPECT_EQ(theirs.media[i].codecs.size(), ours.media[i].codecs.size());
  }
}

}  // namespace
}  // namespace kaskado::elements::test
