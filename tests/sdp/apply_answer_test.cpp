#include "fixture.hpp"

namespace kaskado::sdp {
namespace {

const OfferOptions kAll{.audio = true, .video = true, .data = true};

// The other side: another endpoint of ours.
LocalTransportParameters peer_parameters(std::size_t transports = 1) {
  LocalTransportParameters peer = local_parameters(transports);
  peer.cname = "peer";
  for (std::size_t i = 0; i < transports; ++i) {
    peer.transports[i].ice_ufrag = "peer" + std::to_string(i);
    peer.transports[i].ice_pwd = "the-password-of-the-peer" + std::to_string(i);
  }
  return peer;
}

Negotiation apply_or_fail(const SessionDescription& offer, const SessionDescription& answer,
                          const LocalTransportParameters& local = local_parameters()) {
  auto result = apply_answer(offer, answer, local);
  EXPECT_TRUE(result.ok()) << (result ? "" : result.error().message);
  return result ? std::move(*result) : Negotiation{};
}

TEST(ApplyAnswer, BothSidesComeToTheSameEnd) {
  const auto offer = make_offer(kAll, with_data_channels(), local_parameters());
  const Negotiation theirs =
      answer_or_fail(parse_or_fail(offer.to_string()), with_data_channels(), peer_parameters());
  const Negotiation ours = apply_or_fail(offer, parse_or_fail(theirs.local.to_string()));
  ASSERT_EQ(ours.media.size(), 3u);
  ASSERT_EQ(ours.transports.size(), 1u);
  EXPECT_EQ(ours.transports[0].media, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(ours.transports[0].remote_ufrag, "peer0");
  EXPECT_EQ(theirs.transports[0].remote_ufrag, "ufrag0");
  EXPECT_EQ(ours.transports[0].setup, SetupRole::passive);
  EXPECT_EQ(theirs.transports[0].setup, SetupRole::active);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(ours.media[i].accepted());
    EXPECT_EQ(ours.media[i].mid, theirs.media[i].mid);
    EXPECT_EQ(ours.media[i].direction, reverse(theirs.media[i].direction));
    EXPECT_EQ(ours.media[i].extensions, theirs.media[i].extensions);
    ASSERT_EQ(ours.media[i].codecs.size(), theirs.media[i].codecs.size());
    for (std::size_t c = 0; c < ours.media[i].codecs.size(); ++c) {
      EXPECT_EQ(ours.media[i].codecs[c].codec, theirs.media[i].codecs[c].codec);
    }
  }
  EXPECT_EQ(ours.media[0].remote_cname, "peer");
  EXPECT_EQ(ours.media[2].remote_sctp_port, 5000);
  EXPECT_EQ(ours.media[2].remote_max_message_size_bytes, 262144u);
  EXPECT_EQ(ours.local, offer);
}

TEST(ApplyAnswer, RefusedAndNarrowedMediaLines) {
  const auto offer = make_offer(kAll, with_data_channels(), local_parameters());
  LocalCapabilities peer = default_capabilities();
  peer.can_send = false;
  peer.video.clear();
  const Negotiation ours = apply_or_fail(offer, answer_or_fail(offer, peer, peer_parameters()).local);
  EXPECT_EQ(ours.media[0].direction, Direction::sendonly);
  EXPECT_EQ(ours.media[1].refusal, Refusal::port_zero);
  EXPECT_EQ(ours.media[2].refusal, Refusal::port_zero);
  EXPECT_EQ(ours.transports.at(0).media, (std::vector<std::size_t>{0}));
}

TEST(ApplyAnswer, KeepsTheOrderOfTheAnswerAndForgetsWhatWasNotOffered) {
  const auto offer = make_offer({.audio = false}, default_capabilities(), local_parameters());
  auto answer = answer_or_fail(offer, default_capabilities(), peer_parameters()).local;
  std::reverse(answer.media[0].codecs.begin(), answer.media[0].codecs.end());
  answer.media[0].codecs[0].name = "theora";
  answer.media[0].codecs.back().feedback.push_back("unheard-of");
  answer.media[0].extensions.push_back({13, std::nullopt, "urn:unheard-of", ""});
  answer.media[0].extensions[0].direction = Direction::sendonly;
  const Negotiation ours = apply_or_fail(offer, answer);
  ASSERT_EQ(ours.media[0].codecs.size(), 4u);
  EXPECT_EQ(ours.media[0].codecs[0].codec.name, "AV1");
  EXPECT_EQ(ours.media[0].codecs[3].codec.name, "VP8");
  EXPECT_EQ(ours.media[0].codecs[3].codec.feedback.size(), 5u);
  EXPECT_EQ(ours.media[0].extensions.size(), 6u);
  EXPECT_EQ(ours.media[0].extensions[0].direction, Direction::recvonly);
}

TEST(ApplyAnswer, PayloadTypesOfTheAnswerAreForSending) {
  LocalCapabilities capabilities = default_capabilities();
  capabilities.rtx = true;
  const auto offer = make_offer({.audio = false}, capabilities, local_parameters());
  std::string text = answer_or_fail(offer, capabilities, peer_parameters()).local.to_string();
  text = replace_all(text, "SAVPF 96 97 98 99 100 101 102 103 104 105", "SAVPF 120 121");
  text = replace_all(text, "rtpmap:96 VP8", "rtpmap:120 VP8");
  text =
      replace_all(replace_all(text, "rtpmap:97 rtx", "rtpmap:121 rtx"), "fmtp:97 apt=96", "fmtp:121 apt=120");
  const Negotiation ours = apply_or_fail(offer, parse_or_fail(text));
  ASSERT_EQ(ours.media[0].codecs.size(), 1u);
  EXPECT_EQ(ours.media[0].codecs[0].codec.payload_type, 120);
  EXPECT_EQ(ours.media[0].codecs[0].receive_payload_type, 96);
  EXPECT_EQ(ours.media[0].codecs[0].rtx_payload_type, 121);
  EXPECT_EQ(ours.media[0].codecs[0].receive_rtx_payload_type, 97);
}

TEST(ApplyAnswer, RoleIsTheOppositeOfTheAnswers) {
  const auto offer = make_offer({.video = false}, default_capabilities(), local_parameters());
  auto answer = answer_or_fail(offer, default_capabilities(), peer_parameters()).local;
  const auto role = [&](std::optional<SetupRole> setup) {
    answer.media[0].transport.setup = setup;
    return apply_or_fail(offer, answer).transports.at(0).setup;
  };
  EXPECT_EQ(role(SetupRole::active), SetupRole::passive);
  EXPECT_EQ(role(SetupRole::passive), SetupRole::active);
  EXPECT_EQ(role(std::nullopt), SetupRole::passive);
  answer.media[0].transport.setup = SetupRole::holdconn;
  EXPECT_EQ(apply_or_fail(offer, answer).media[0].refusal, Refusal::setup_conflict);
}

TEST(ApplyAnswer, WithoutBundleOnlyTransportsOfTheirOwnAreUsed) {
  const auto drop_bundle = [](SessionDescription answer) {
    answer.groups.clear();
    return answer;
  };
  const auto shared = make_offer({}, default_capabilities(), local_parameters(1));
  const auto answer = drop_bundle(answer_or_fail(shared, default_capabilities(), peer_parameters()).local);
  const Negotiation one = apply_or_fail(shared, answer, local_parameters(1));
  EXPECT_TRUE(one.media[0].accepted());
  EXPECT_EQ(one.media[1].refusal, Refusal::no_transport_left);

  const auto separate = make_offer({}, default_capabilities(), local_parameters(2));
  const Negotiation two = apply_or_fail(separate, answer, local_parameters(2));
  ASSERT_EQ(two.transports.size(), 2u);
  EXPECT_EQ(two.transports[1].local, 1u);
}

TEST(ApplyAnswer, RefusesAnswersToSomethingElse) {
  const auto offer = make_offer({}, default_capabilities(), local_parameters());
  const auto good = answer_or_fail(offer, default_capabilities(), peer_parameters()).local;
  const auto error = [&](auto change) {
    SessionDescription answer = good;
    change(answer);
    const auto result = apply_answer(offer, answer, local_parameters());
    return result ? SdpError{SdpError::Kind::empty, 0, "no error"} : result.error();
  };
  const auto missing = error([](auto& a) { a.media.pop_back(); });
  EXPECT_EQ(missing.kind, SdpError::Kind::mismatch);
  EXPECT_EQ(missing.message, "the answer has 1 m-lines and the offer 2");
  EXPECT_EQ(error([](auto& a) { std::swap(a.media[0], a.media[1]); }).message,
            "m-line 0 of the answer is not audio");
  EXPECT_EQ(error([](auto& a) { a.media[1].mid = "x"; }).message,
            "m-line 1 of the answer has not the mid video0");
  EXPECT_EQ(error([](auto& a) { a.media.clear(); }).kind, SdpError::Kind::no_media);
}

TEST(ApplyAnswer, SaysWhyAMediaLineCannotBeUsed) {
  const auto offer = make_offer({.video = false, .data = true}, with_data_channels(), local_parameters());
  const auto refusal = [&](std::size_t index, auto change) {
    SessionDescription answer = answer_or_fail(offer, with_data_channels(), peer_parameters()).local;
    change(answer);
    return apply_or_fail(offer, answer).media.at(index).refusal;
  };
  EXPECT_EQ(refusal(0,
                    [](auto& a) {
                      a.media[0].codecs[0].name = a.media[0].codecs[1].name = a.media[0].codecs[2].name = "x";
                    }),
            Refusal::no_common_codec);
  EXPECT_EQ(refusal(0, [](auto& a) { a.media[0].rtcp_mux = false; }), Refusal::no_rtcp_mux);
  EXPECT_EQ(refusal(0,
                    [](auto& a) {
                      for (auto& m : a.media) m.transport.ice_pwd.clear();
                    }),
            Refusal::no_ice);
  EXPECT_EQ(refusal(0,
                    [](auto& a) {
                      for (auto& m : a.media) m.transport.fingerprints.clear();
                    }),
            Refusal::no_fingerprint);
  EXPECT_EQ(refusal(1, [](auto& a) { a.media[1].formats = {"*"}; }), Refusal::unknown_media);
}

// Answers that browsers gave to an offer of ours (Chromium 156, Firefox 153).
TEST(ApplyAnswer, TakesTheAnswersOfBrowsers) {
  LocalCapabilities capabilities = with_data_channels();
  const auto offer = make_offer(kAll, capabilities, local_parameters());
  for (const char* path : {"answers/chromium.sdp", "answers/firefox.sdp"}) {
    const Negotiation ours = apply_or_fail(offer, read_description(path));
    ASSERT_EQ(ours.media.size(), 3u) << path;
    EXPECT_TRUE(ours.media[0].accepted() && ours.media[1].accepted() && ours.media[2].accepted()) << path;
    EXPECT_EQ(ours.media[0].codecs[0].codec.name, "opus");
    EXPECT_EQ(ours.media[1].codecs[0].codec.name, "VP8");
    EXPECT_EQ(ours.media[1].direction, Direction::sendrecv);
    EXPECT_FALSE(ours.media[1].remote_ssrcs.empty());
    EXPECT_EQ(ours.transports.size(), 1u);
    EXPECT_EQ(ours.transports[0].setup, SetupRole::passive);
  }
}

}  // namespace
}  // namespace kaskado::sdp
