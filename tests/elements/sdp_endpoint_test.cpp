// The steps of a negotiation, and what each one answers where it may not be taken. Codes and sentences are
// those that a Kurento server gives.
#include "fixture.hpp"

namespace kaskado::elements::test {
namespace {

class SdpEndpointTest : public EndpointTest {
 protected:
  WebRtcEndpoint& endpoint = make("endpoint");
  WebRtcEndpoint& other = make("other");
  const Texts kBegun{"DtlsConnectionStateChange NEW", "MediaSessionStarted"};
};

TEST_F(SdpEndpointTest, HasNoDescriptionsBeforeTheyAreMade) {
  expect_error(endpoint.get_local_session_descriptor(), ErrorCode::SDP_END_POINT_NO_LOCAL_SDP_ERROR,
               "No local SDP");
  expect_error(endpoint.get_remote_session_descriptor(), ErrorCode::SDP_END_POINT_NO_REMOTE_SDP_ERROR,
               "No remote SDP");
}

TEST_F(SdpEndpointTest, AnAnswererKnowsBothDescriptions) {
  const std::string answer = answer_of(endpoint, chrome());
  EXPECT_EQ(endpoint.get_local_session_descriptor().value(), answer);
  EXPECT_EQ(endpoint.get_remote_session_descriptor().value(), chrome());
  EXPECT_EQ(take_events("endpoint"), kBegun);
}

TEST_F(SdpEndpointTest, AnOffererKnowsItsOfferAndThenTheAnswer) {
  const std::string offer = offer_of(endpoint);
  EXPECT_EQ(endpoint.get_local_session_descriptor().value(), offer);
  EXPECT_FALSE(endpoint.get_remote_session_descriptor().ok());
  EXPECT_TRUE(take_events().empty());
  const std::string answer = answer_of(other, offer);
  EXPECT_EQ(endpoint.process_answer(answer).value(), offer);
  EXPECT_EQ(endpoint.get_remote_session_descriptor().value(), answer);
  EXPECT_EQ(take_events("endpoint"), kBegun);
}

TEST_F(SdpEndpointTest, NoOfferAfterADescription) {
  answer_of(endpoint, chrome());
  expect_error(endpoint.generate_offer({}), ErrorCode::SDP_END_POINT_ALREADY_NEGOTIATED,
               "Endpoint already negotiated");
  offer_of(other);
  expect_error(other.generate_offer({}), ErrorCode::SDP_END_POINT_ALREADY_NEGOTIATED,
               "Endpoint already negotiated");
}

// RFC 3264 §4: ours waits for its answer.
TEST_F(SdpEndpointTest, TakesNoOfferWhileItsOwnIsOpen) {
  const std::string offer = offer_of(endpoint);
  expect_error(endpoint.process_offer(chrome()), ErrorCode::SDP_END_POINT_ALREADY_NEGOTIATED,
               "Endpoint already negotiated");
  EXPECT_EQ(endpoint.get_local_session_descriptor().value(), offer);
  EXPECT_TRUE(endpoint.process_answer(answer_of(other, offer)).ok());
}

TEST_F(SdpEndpointTest, ASessionThatHasBegunEndsWithItsEndpoint) {
  answer_of(endpoint, chrome());
  answer_of(endpoint, chrome());
  take_events();
  shard.objects().release("endpoint");
  EXPECT_EQ(take_events(), (Texts{"MediaSessionTerminated"}));
  shard.objects().release("other");
  EXPECT_TRUE(take_events().empty());
}

TEST_F(SdpEndpointTest, NoAnswerWithoutAnOffer) {
  const char* sentence = "Offer not generated. It is not possible to process an answer.";
  expect_error(endpoint.process_answer("garbage"), ErrorCode::SDP_END_POINT_NOT_OFFER_GENERATED, sentence);
  answer_of(endpoint, chrome());
  expect_error(endpoint.process_answer(chrome()), ErrorCode::SDP_END_POINT_NOT_OFFER_GENERATED, sentence);
}

TEST_F(SdpEndpointTest, NoSecondAnswer) {
  const std::string offer = offer_of(endpoint);
  const std::string answer = answer_of(other, offer);
  EXPECT_TRUE(endpoint.process_answer(answer).ok());
  expect_error(endpoint.process_answer(answer), ErrorCode::SDP_END_POINT_ANSWER_ALREADY_PROCCESED,
               "Sdp Answer already processed");
}

TEST_F(SdpEndpointTest, EmptyAndBrokenTextsAreTold) {
  for (const char* empty : {"", " ", "\r\n\r\n"}) {
    expect_error(endpoint.process_offer(empty), ErrorCode::SDP_PARSE_ERROR, "Empty offer not valid");
    expect_error(endpoint.process_answer(empty), ErrorCode::SDP_PARSE_ERROR, "Empty answer not valid");
  }
  for (const char* broken : {"garbage", "v=1\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", "{}"}) {
    expect_error_like(endpoint.process_offer(broken), ErrorCode::SDP_PARSE_ERROR, "Invalid SDP: ");
  }
  offer_of(endpoint);
  expect_error_like(endpoint.process_answer("garbage"), ErrorCode::SDP_PARSE_ERROR, "Invalid SDP: ");
}

TEST_F(SdpEndpointTest, AnOfferWithoutMediaIsNone) {
  expect_error_like(endpoint.process_offer("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"),
                    ErrorCode::SDP_END_POINT_PROCESS_OFFER_ERROR, "Invalid SDP: ");
}

// A sha-1 digest is shorter.
std::string with_bad_fingerprint(const std::string& offer) {
  return sdp::replace_all(offer, "a=fingerprint:sha-256", "a=fingerprint:sha-1");
}

TEST_F(SdpEndpointTest, WhatIsRefusedChangesNothing) {
  EXPECT_FALSE(endpoint.process_offer("garbage").ok());
  EXPECT_FALSE(endpoint.process_offer(with_bad_fingerprint(chrome())).ok());
  EXPECT_FALSE(endpoint.get_local_session_descriptor().ok());
  EXPECT_FALSE(endpoint.get_remote_session_descriptor().ok());
  EXPECT_TRUE(take_events().empty());
  answer_of(endpoint, chrome());
  const std::string before = endpoint.get_local_session_descriptor().value();
  EXPECT_FALSE(endpoint.process_offer("garbage").ok());
  EXPECT_EQ(endpoint.get_local_session_descriptor().value(), before);
  EXPECT_EQ(endpoint.get_remote_session_descriptor().value(), chrome());
}

TEST_F(SdpEndpointTest, ARefusedAnswerLeavesTheOfferOpen) {
  const std::string offer = offer_of(endpoint);
  const std::string answer = answer_of(other, offer);
  take_events();
  EXPECT_FALSE(endpoint.process_answer("garbage").ok());
  // m-lines that are not the offer's
  expect_error_like(endpoint.process_answer(sdp::read_text("offers/chromium-audio.sdp")),
                    ErrorCode::SDP_END_POINT_PROCESS_ANSWER_ERROR, "Invalid SDP: ");
  EXPECT_FALSE(endpoint.get_remote_session_descriptor().ok());
  EXPECT_TRUE(take_events().empty());
  EXPECT_TRUE(endpoint.process_answer(answer).ok());
}

TEST_F(SdpEndpointTest, OffersWhatIsAskedFor) {
  int count = 0;
  const auto kinds = [&](std::optional<OfferOptions> options) {
    WebRtcEndpoint& one = make("offerer" + std::to_string(count++));
    Texts texts;
    const sdp::SessionDescription offer = sdp::parse_or_fail(offer_of(one, std::move(options)));
    for (const auto& media : offer.media) {
      texts.push_back(media.media + " " + media.mid);
    }
    return texts;
  };
  const Texts both{"audio audio0", "video video0"};
  EXPECT_EQ(kinds({}), both);
  EXPECT_EQ(kinds(OfferOptions{}), both);
  EXPECT_EQ(kinds(OfferOptions{true, true}), both);
  EXPECT_EQ(kinds(OfferOptions{false, {}}), (Texts{"video video0"}));
  EXPECT_EQ(kinds(OfferOptions{{}, false}), (Texts{"audio audio0"}));
}

TEST_F(SdpEndpointTest, AnOfferIsOneThatBrowsersTake) {
  const sdp::SessionDescription offer = sdp::parse_or_fail(offer_of(endpoint));
  EXPECT_EQ(sdp::group_mids(offer), (Texts{"audio0", "video0"}));
  for (const sdp::MediaDescription& media : offer.media) {
    EXPECT_EQ(media.protocol, "UDP/TLS/RTP/SAVPF");
    EXPECT_EQ(media.transport.setup, sdp::SetupRole::actpass);
    EXPECT_EQ(media.direction, sdp::Direction::sendrecv);
    EXPECT_TRUE(media.rtcp_mux);
    EXPECT_GE(media.transport.ice_ufrag.size(), 4u);  // RFC 8839 §5.4
    EXPECT_GE(media.transport.ice_pwd.size(), 22u);
    ASSERT_EQ(media.transport.fingerprints.size(), 1u);
    EXPECT_EQ(media.ssrcs.size(), media.kind == sdp::MediaKind::video ? 2u : 1u);  // RFC 4588 §8.3
    EXPECT_FALSE(media.end_of_candidates);
  }
  EXPECT_EQ(offer.media[0].codecs.at(0).name, "opus");
}

// But for what repairs them.
Texts codec_names(const sdp::MediaDescription& media) {
  Texts names;
  for (const sdp::RtpCodec& codec : media.codecs) {
    const bool repairs = codec.name == "rtx" || codec.name == "red" || codec.name == "ulpfec";
    if (!repairs && (names.empty() || names.back() != codec.name)) names.push_back(codec.name);
  }
  return names;
}

TEST_F(SdpEndpointTest, TakesForwardErrorCorrectionAndOffersNone) {
  const auto has = [](const sdp::SessionDescription& description, const char* name) {
    return std::ranges::find(description.media[1].codecs, name, &sdp::RtpCodec::name) != description.media[1].codecs.end();
  };
  const sdp::SessionDescription offer = sdp::parse_or_fail(offer_of(endpoint));
  const sdp::SessionDescription answer = sdp::parse_or_fail(answer_of(other, chrome()));
  for (const char* name : {"red", "ulpfec", "flexfec-03"}) EXPECT_FALSE(has(offer, name)) << name;
  for (const char* name : {"red", "ulpfec"}) EXPECT_TRUE(has(answer, name)) << name;
}

TEST_F(SdpEndpointTest, HasTheCodecsOfTheConfigurationInItsOrder) {
  const auto codec = [](const char* name, std::uint32_t clock_rate) {
    return pipeline::test::format(0, name, clock_rate).codec;
  };
  configuration.audio_codecs = {codec("PCMU", 8000)};
  configuration.video_codecs = {codec("h264", 90'000), codec("VP8", 90'000), codec("XYZ", 90'000)};
  const sdp::SessionDescription offer = sdp::parse_or_fail(offer_of(endpoint));
  EXPECT_EQ(codec_names(offer.media[0]), (Texts{"PCMU"}));
  EXPECT_EQ(codec_names(offer.media[1]), (Texts{"H264", "VP8"}));
  // In what comes the others are refused, and the order is the offer's.
  const sdp::SessionDescription answer = sdp::parse_or_fail(answer_of(other, chrome()));
  EXPECT_EQ(codec_names(answer.media[0]), (Texts{"PCMU"}));
  EXPECT_EQ(codec_names(answer.media[1]), (Texts{"VP8", "H264"}));
}

// The m-lines were once counted by what was asked for, with candidates for one that is not there.
TEST_F(SdpEndpointTest, AKindWithoutCodecsIsNotOffered) {
  configuration.audio_codecs = {pipeline::test::format(0, "XYZ", 8000).codec};
  EXPECT_TRUE(endpoint.gather_candidates().ok());
  const sdp::SessionDescription offer = sdp::parse_or_fail(offer_of(endpoint));
  ASSERT_EQ(offer.media.size(), 1u);
  EXPECT_EQ(offer.media[0].mid, "video0");
  ASSERT_EQ(offer.media[0].ssrcs.size(), 2u);
  EXPECT_EQ(offer.media[0].ssrcs[0].ssrc, endpoint.sink(MediaType::video)->ssrc().value);
  const Texts told = take_candidates();
  EXPECT_EQ(told.size(), 3u);
  for (const std::string& candidate : told) EXPECT_TRUE(candidate.starts_with("video0 0 ")) << candidate;
}

// It was refused in answers and offered all the same.
TEST_F(SdpEndpointTest, AKindOfWhichTheConfigurationWantsNoneIsNotOffered) {
  configuration.num_audio_medias = 0;
  const sdp::SessionDescription offer = sdp::parse_or_fail(offer_of(endpoint));
  EXPECT_EQ(sdp::group_mids(offer), (Texts{"video0"}));
}

TEST_F(SdpEndpointTest, NothingToOfferIsAnError) {
  const OfferOptions none{false, false};
  expect_error(endpoint.generate_offer(none), ErrorCode::SDP_END_POINT_GENERATE_OFFER_ERROR,
               "Error generating offer: there is no media to offer");
  EXPECT_TRUE(endpoint.generate_offer({}).ok());
}

TEST_F(SdpEndpointTest, LimitsOfWhatThePeerMaySendStandInTheDescription) {
  EXPECT_EQ(endpoint.get_max_audio_recv_bandwidth().value(), 0);
  EXPECT_EQ(endpoint.get_max_video_recv_bandwidth().value(), 0);
  EXPECT_TRUE(lines_with(answer_of(other, chrome()), "b=").empty());
  EXPECT_TRUE(endpoint.set_max_audio_recv_bandwidth(64).ok());
  EXPECT_TRUE(endpoint.set_max_video_recv_bandwidth(900).ok());
  const std::string answer = answer_of(endpoint, chrome());
  EXPECT_EQ(lines_with(answer, "b=AS"), (Texts{"b=AS:64", "b=AS:900"}));
  EXPECT_TRUE(endpoint.set_max_video_recv_bandwidth(-5).ok());
  EXPECT_EQ(endpoint.get_max_video_recv_bandwidth().value(), 0);
  EXPECT_EQ(endpoint.get_max_audio_recv_bandwidth().value(), 64);
}

}  // namespace
}  // namespace kaskado::elements::test
