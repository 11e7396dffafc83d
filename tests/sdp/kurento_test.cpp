// Our answers beside Kurento's to the same offers.
#include "base/text.hpp"
#include "fixture.hpp"

namespace kaskado::sdp {
namespace {

struct Recording {
  const char* name;
  TransportProfile profile = TransportProfile::webrtc;
  bool data_channels = false;
};

class KurentoRecording : public testing::TestWithParam<Recording> {};

LocalTransportParameters parameters_of(TransportProfile profile) {
  LocalTransportParameters local = local_parameters(3);
  local.profile = profile;
  if (profile == TransportProfile::webrtc) return local;
  local.address = "192.0.2.10";
  for (std::uint16_t i = 0; i < 3; ++i) {
    local.transports[i].port = static_cast<std::uint16_t>(5000 + 2 * i);
    local.transports[i].rtcp_port = static_cast<std::uint16_t>(5001 + 2 * i);
  }
  if (profile == TransportProfile::sdes)
    local.crypto = "AES_CM_128_HMAC_SHA1_80 inline:NDMyMVpZWFdWVVRTUlFQT05NTEtKSUhHRkVEQ0JB";
  return local;
}

void expect_same_extensions_at_least(const MediaDescription& kurento, const MediaDescription& ours) {
  for (const ExtensionMap& extension : kurento.extensions) {
    EXPECT_NE(std::find(ours.extensions.begin(), ours.extensions.end(), extension), ours.extensions.end())
        << extension.uri;
  }
}

// Kurento's feedback is all there; we add transport-cc where it is offered.
void expect_same_codecs(const MediaDescription& kurento, const MediaDescription& ours) {
  ASSERT_EQ(payload_types(ours), payload_types(kurento));
  for (std::size_t i = 0; i < ours.codecs.size(); ++i) {
    if (kurento.port == 0) continue;
    EXPECT_TRUE(base::equals_ignoring_case(ours.codecs[i].name, kurento.codecs[i].name));
    EXPECT_EQ(ours.codecs[i].clock_rate, kurento.codecs[i].clock_rate);
    EXPECT_EQ(ours.codecs[i].parameters, kurento.codecs[i].parameters);
    std::vector<std::string> feedback = ours.codecs[i].feedback;
    std::erase(feedback, "transport-cc");
    EXPECT_EQ(feedback, kurento.codecs[i].feedback);
  }
}

TEST_P(KurentoRecording, AgreesInOrderCodecsDirectionAndRefusals) {
  const Recording& recording = GetParam();
  LocalCapabilities capabilities = default_capabilities();
  capabilities.data_channels = recording.data_channels;
  const std::string path = std::string("kurento/") + recording.name;
  const SessionDescription offer = read_description(path + ".offer.sdp");
  const SessionDescription kurento = read_description(path + ".answer.sdp");
  const Negotiation answer = answer_or_fail(offer, capabilities, parameters_of(recording.profile));
  const SessionDescription ours = parse_or_fail(answer.local.to_string());

  EXPECT_EQ(group_mids(ours), group_mids(kurento));
  EXPECT_EQ(ours.extmap_allow_mixed, kurento.extmap_allow_mixed);
  ASSERT_EQ(ours.media.size(), kurento.media.size());
  for (std::size_t i = 0; i < ours.media.size(); ++i) {
    EXPECT_EQ(ours.media[i].media, kurento.media[i].media);
    EXPECT_EQ(ours.media[i].protocol, kurento.media[i].protocol);
    EXPECT_EQ(ours.media[i].mid, kurento.media[i].mid);
    EXPECT_EQ(ours.media[i].formats, kurento.media[i].formats);
    EXPECT_EQ(ours.media[i].direction, ours.media[i].kind == MediaKind::application && ours.media[i].port != 0
                                           ? std::nullopt
                                           : kurento.media[i].direction);
    EXPECT_EQ(ours.media[i].port == 0, kurento.media[i].port == 0);
    EXPECT_EQ(ours.media[i].rtcp_mux, kurento.media[i].rtcp_mux);
    EXPECT_EQ(ours.media[i].comedia, kurento.media[i].comedia);
    EXPECT_EQ(ours.media[i].cryptos, kurento.media[i].cryptos);
    EXPECT_EQ(ours.media[i].transport.setup, kurento.media[i].transport.setup);
    EXPECT_EQ(ours.media[i].rtcp.has_value(), kurento.media[i].rtcp.has_value());
    expect_same_codecs(kurento.media[i], ours.media[i]);
    expect_same_extensions_at_least(kurento.media[i], ours.media[i]);
  }
}

std::string recording_name(const testing::TestParamInfo<Recording>& recording) {
  std::string name = recording.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Endpoints, KurentoRecording,
                         testing::Values(Recording{"chrome-dc", TransportProfile::webrtc, true},
                                         Recording{"chrome-noDC"}, Recording{"chrome-audio"},
                                         Recording{"chrome-recvonly"}, Recording{"chrome-sendonly"},
                                         Recording{"chrome-2video"},
                                         Recording{"firefox", TransportProfile::webrtc, true},
                                         Recording{"kurento", TransportProfile::webrtc, true},
                                         Recording{"rtp-plain", TransportProfile::rtp},
                                         Recording{"rtp-comedia", TransportProfile::rtp},
                                         Recording{"rtp-ipv6", TransportProfile::rtp},
                                         Recording{"rtp-lf-only", TransportProfile::rtp},
                                         Recording{"rtp-unknown-protocol", TransportProfile::rtp},
                                         Recording{"chrome-to-rtp", TransportProfile::rtp},
                                         Recording{"rtp-sdes", TransportProfile::sdes},
                                         Recording{"rtp-plain-to-crypto", TransportProfile::sdes}),
                         recording_name);

// Where Kurento answers nonsense we do better.
TEST(KurentoDifference, SdesToWebRtcIsRefused) {
  const Negotiation answer =
      answer_or_fail(read_description("kurento/sdes-to-webrtc.offer.sdp"), default_capabilities(), local_parameters(2));
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(answer.media.at(i).refusal, Refusal::no_ice);
    EXPECT_EQ(answer.local.media.at(i).port, 0);
    EXPECT_EQ(answer.local.media.at(i).direction, Direction::inactive);
  }
  EXPECT_TRUE(answer.transports.empty());
}

TEST(KurentoDifference, RefusedVideoKeepsPortZero) {
  const Negotiation answer = answer_or_fail(read_description("kurento/rtp-rejected-video.offer.sdp"),
                                            default_capabilities(), parameters_of(TransportProfile::rtp));
  EXPECT_TRUE(answer.media.at(0).accepted());
  EXPECT_EQ(answer.media.at(1).refusal, Refusal::port_zero);
  EXPECT_EQ(answer.local.media.at(1).port, 0);
}

TEST(KurentoDifference, OfferWithoutMediaIsAnError) {
  const auto answer = make_answer(read_description("kurento/rtp-no-media.offer.sdp"), default_capabilities(),
                                  parameters_of(TransportProfile::rtp));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, SdpError::Kind::no_media);
}

// An offer of Kurento's, and an answer that numbers its payload types itself.
TEST(KurentoAnswer, WithOtherPayloadTypesIsUnderstood) {
  const auto answer = apply_answer(read_description("kurento/rtp-generated.offer.sdp"),
                                   read_description("kurento/rtp-generated.answer.sdp"),
                                   parameters_of(TransportProfile::rtp));
  ASSERT_TRUE(answer.ok());
  const auto& audio = answer->media.at(0).codecs;
  ASSERT_EQ(audio.size(), 2u);
  EXPECT_EQ(audio[0].codec.name, "PCMU");
  EXPECT_EQ(audio[1].codec.name, "opus");
  const auto& video = answer->media.at(1).codecs;
  ASSERT_EQ(video.size(), 2u);
  EXPECT_EQ(video[0].codec.name, "VP8");
  EXPECT_EQ(video[0].codec.payload_type, 97);
  EXPECT_EQ(video[0].receive_payload_type, 108);
  EXPECT_EQ(video[1].codec.payload_type, 98);
  EXPECT_EQ(video[1].receive_payload_type, 109);
  ASSERT_EQ(answer->transports.size(), 2u);
  EXPECT_EQ(answer->transports[1].remote_address, "127.0.0.1");
  EXPECT_EQ(answer->transports[1].remote_port, 40002);
  EXPECT_EQ(answer->transports[1].remote_rtcp_port, 40003);
}

}  // namespace
}  // namespace kaskado::sdp
