#include "fixture.hpp"

namespace kaskado::sdp {
namespace {

std::vector<std::string> names(const MediaDescription& media) {
  std::vector<std::string> result;
  for (const RtpCodec& codec : media.codecs) result.push_back(codec.name);
  return result;
}

TEST(Offer, HasTheMediaLinesAskedForInOneBundle) {
  const auto offer =
      make_offer({.audio = true, .video = true, .data = true}, with_data_channels(), local_parameters());
  EXPECT_EQ(group_mids(offer), (std::vector<std::string>{"audio0", "video0", "application0"}));
  ASSERT_EQ(offer.media.size(), 3u);
  for (const MediaDescription& media : offer.media) {
    EXPECT_EQ(media.transport.setup, SetupRole::actpass);
    EXPECT_EQ(media.transport.ice_ufrag, "ufrag0");
    EXPECT_EQ(media.transport.ice_pwd, "a-password-of-our-own-0");
    EXPECT_EQ(media.transport.fingerprints.at(0).value, kFingerprint);
    EXPECT_EQ(media.port, 9);
  }
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(offer.media[i].protocol, "UDP/TLS/RTP/SAVPF");
    EXPECT_EQ(offer.media[i].direction, Direction::sendrecv);
    EXPECT_TRUE(offer.media[i].rtcp_mux && offer.media[i].rtcp_rsize);
    EXPECT_EQ(offer.media[i].ssrcs.at(0).ssrc, 1000 + i);
    EXPECT_EQ(offer.media[i].ssrcs.at(0).cname, "user@kaskado");
    EXPECT_EQ(offer.media[i].msids, (std::vector<Msid>{{"stream", "track" + std::to_string(i)}}));
  }
  EXPECT_EQ(offer.media[2].protocol, "UDP/DTLS/SCTP");
  EXPECT_EQ(offer.media[2].formats, (std::vector<std::string>{"webrtc-datachannel"}));
  EXPECT_EQ(offer.media[2].sctp_port, 5000);
  EXPECT_EQ(offer.media[2].max_message_size, 262144u);
  EXPECT_EQ(offer.media[0].candidates.size(), 1u);
  EXPECT_TRUE(offer.media[1].candidates.empty());
  EXPECT_EQ(parse_or_fail(offer.to_string()).to_string(), offer.to_string());
}

TEST(Offer, NumbersCodecsFrom96InTheirOrder) {
  const auto offer = make_offer({}, default_capabilities(), local_parameters());
  EXPECT_EQ(names(offer.media[0]), (std::vector<std::string>{"opus", "PCMU", "PCMA"}));
  EXPECT_EQ(payload_types(offer.media[0]), (std::vector<int>{96, 0, 8}));
  EXPECT_EQ(names(offer.media[1]), (std::vector<std::string>{"VP8", "H264", "VP9", "AV1", "H265"}));
  EXPECT_EQ(payload_types(offer.media[1]), (std::vector<int>{97, 98, 99, 100, 101}));
  EXPECT_EQ(offer.media[1].codecs[1].parameters.find("profile-level-id"), "42e01f");
  EXPECT_EQ(offer.media[1].codecs[1].parameters.number("packetization-mode"), 1u);
  EXPECT_EQ(offer.media[1].codecs[0].feedback,
            (std::vector<std::string>{"goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"}));
}

TEST(Offer, UsesOneIdForAnExtensionInTheWholeBundle) {
  const auto offer = make_offer({}, default_capabilities(), local_parameters());
  for (const ExtensionMap& audio : offer.media[0].extensions) {
    for (const ExtensionMap& video : offer.media[1].extensions)
      EXPECT_EQ(audio.id == video.id, audio.uri == video.uri);
  }
  EXPECT_EQ(offer.media[0].extensions.size(), 4u);
  EXPECT_EQ(offer.media[1].extensions.size(), 6u);
}

TEST(Offer, HasAsManyMediaLinesOfAKindAsAreWanted) {
  LocalCapabilities capabilities = with_data_channels();
  capabilities.max_audio = 2;
  capabilities.max_video = 3;
  capabilities.rtx = true;
  LocalTransportParameters local = local_parameters();
  local.sources.resize(6, {.ssrc = 4004});
  const auto offer = make_offer({.data = true}, capabilities, local);
  EXPECT_EQ(group_mids(offer),
            (std::vector<std::string>{"audio0", "audio1", "video0", "video1", "video2", "application0"}));
  EXPECT_EQ(offered_kinds({.data = true}, capabilities, TransportProfile::webrtc).size(), 6u);
  EXPECT_EQ(offer.media[3].ssrcs.at(0).ssrc, 1003u);
  EXPECT_EQ(offer.media[4].ssrcs.at(0).ssrc, 4004u);
  // RFC 9143 §10.1.2: in one bundle a payload type is one codec.
  for (const std::size_t further : {3u, 4u}) {
    EXPECT_EQ(offer.media[further].codecs, offer.media[2].codecs);
    EXPECT_EQ(offer.media[further].extensions, offer.media[2].extensions);
    EXPECT_TRUE(offer.media[further].candidates.empty());
  }
  EXPECT_EQ(offer.media[1].codecs, offer.media[0].codecs);
  EXPECT_EQ(parse_or_fail(offer.to_string()).to_string(), offer.to_string());
}

TEST(Offer, LeavesOutWhatIsNotWanted) {
  EXPECT_EQ(group_mids(make_offer({.audio = false}, default_capabilities(), local_parameters())),
            (std::vector<std::string>{"video0"}));
  EXPECT_EQ(group_mids(make_offer({.video = false}, default_capabilities(), local_parameters())),
            (std::vector<std::string>{"audio0"}));
  EXPECT_EQ(make_offer({.data = true}, default_capabilities(), local_parameters()).media.size(), 2u);
  EXPECT_TRUE(
      make_offer({.audio = false, .video = false}, default_capabilities(), local_parameters()).media.empty());
}

TEST(Offer, KindsAreThoseOfItsMediaLines) {
  LocalCapabilities capabilities = with_data_channels();
  const OfferOptions all{.audio = true, .video = true, .data = true};
  const auto kinds = [&](TransportProfile profile) { return offered_kinds(all, capabilities, profile); };
  using Kinds = std::vector<MediaKind>;
  EXPECT_EQ(kinds(TransportProfile::webrtc),
            (Kinds{MediaKind::audio, MediaKind::video, MediaKind::application}));
  EXPECT_EQ(kinds(TransportProfile::rtp), (Kinds{MediaKind::audio, MediaKind::video}));
  capabilities.max_video = 0;
  EXPECT_EQ(kinds(TransportProfile::webrtc), (Kinds{MediaKind::audio, MediaKind::application}));
  capabilities.max_video = 1;
  capabilities.audio.clear();
  EXPECT_EQ(kinds(TransportProfile::webrtc), (Kinds{MediaKind::video, MediaKind::application}));
  const auto offer = make_offer(all, capabilities, local_parameters());
  EXPECT_EQ(group_mids(offer), (std::vector<std::string>{"video0", "application0"}));
  EXPECT_EQ(offer.media[0].ssrcs.at(0).ssrc, 1000u);
}

TEST(Offer, DirectionIsWhatTheEndpointDoes) {
  LocalCapabilities capabilities = default_capabilities();
  capabilities.can_receive = false;
  auto offer = make_offer({}, capabilities, local_parameters());
  EXPECT_EQ(offer.media[0].direction, Direction::sendonly);
  EXPECT_FALSE(offer.media[0].ssrcs.empty());
  capabilities.can_receive = true;
  capabilities.can_send = false;
  capabilities.video_limit_kbps = 300;
  offer = make_offer({}, capabilities, local_parameters());
  EXPECT_EQ(offer.media[1].direction, Direction::recvonly);
  EXPECT_TRUE(offer.media[1].ssrcs.empty() && offer.media[1].msids.empty());
  EXPECT_EQ(offer.media[1].bandwidths, (std::vector<Bandwidth>{{"AS", 300}, {"TIAS", 300000}}));
}

TEST(Offer, RtxFollowsEachVideoCodec) {
  LocalCapabilities capabilities = default_capabilities();
  capabilities.rtx = true;
  const auto offer = make_offer({}, capabilities, local_parameters());
  EXPECT_EQ(names(offer.media[0]), (std::vector<std::string>{"opus", "PCMU", "PCMA"}));
  EXPECT_EQ(names(offer.media[1]), (std::vector<std::string>{"VP8", "rtx", "H264", "rtx", "VP9", "rtx", "AV1",
                                                             "rtx", "H265", "rtx"}));
  EXPECT_EQ(offer.media[1].codecs[1].parameters.text(), "apt=97");
  EXPECT_EQ(offer.media[1].ssrc_groups, (std::vector<SsrcGroup>{{"FID", {1001, 2001}}}));
}

TEST(Offer, NumbersPayloadTypesPast127InTheLowerRange) {
  LocalCapabilities capabilities = default_capabilities();
  const CodecCapability codec = capabilities.video[0];
  capabilities.video.assign(100, codec);
  const auto offer = make_offer({}, capabilities, local_parameters());
  const auto numbers = payload_types(offer.media[1]);
  ASSERT_EQ(numbers.size(), 31u + 29u);
  EXPECT_EQ(numbers[30], 127);
  EXPECT_EQ(numbers[31], 35);
  EXPECT_EQ(numbers.back(), 63);
}

TEST(Offer, GivesEachMediaLineATransportWhereThereAreEnough) {
  const auto offer = make_offer({}, default_capabilities(), local_parameters(2));
  EXPECT_EQ(offer.media[0].transport.ice_ufrag, "ufrag0");
  EXPECT_EQ(offer.media[1].transport.ice_ufrag, "ufrag1");
  EXPECT_EQ(offer.media[1].candidates.size(), 1u);
  EXPECT_EQ(group_mids(offer).size(), 2u);
  EXPECT_TRUE(make_offer({}, default_capabilities(), local_parameters(0)).media.empty());
}

}  // namespace
}  // namespace kaskado::sdp
