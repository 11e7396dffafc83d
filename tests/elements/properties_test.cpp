// Properties of endpoints: defaults are those of a Kurento server, and what is set is kept.
#include "fixture.hpp"

namespace kaskado::elements::test {
namespace {

using Properties = EndpointTest;

TEST_F(Properties, OfWebRtcEndpointsComeFromTheConfiguration) {
  configuration.network_interfaces = {"eth0", "lo"};
  configuration.external_ipv4 = "203.0.113.5";
  configuration.external_ipv6 = "2001:db8::5";
  configuration.stun_server_address = "192.0.2.50";
  configuration.stun_server_port = 19302;
  configuration.turn_url = "user:secret@192.0.2.51:3478";
  configuration.ice_tcp = false;
  configuration.mtu_bytes = 1400;
  WebRtcEndpoint& endpoint = make("endpoint");
  EXPECT_EQ(endpoint.get_network_interfaces().value(), "eth0,lo");
  EXPECT_EQ(endpoint.get_external_ipv4().value(), "203.0.113.5");
  EXPECT_EQ(endpoint.get_external_ipv6().value(), "2001:db8::5");
  EXPECT_EQ(endpoint.get_stun_server_address().value(), "192.0.2.50");
  EXPECT_EQ(endpoint.get_stun_server_port().value(), 19302);
  EXPECT_EQ(endpoint.get_turn_url().value(), "user:secret@192.0.2.51:3478");
  EXPECT_FALSE(endpoint.get_ice_tcp().value());
  EXPECT_EQ(endpoint.get_mtu().value(), 1400);
}

TEST_F(Properties, OfWebRtcEndpointsAreKurentosByDefault) {
  WebRtcEndpoint& endpoint = make("endpoint");
  EXPECT_EQ(endpoint.get_network_interfaces().value(), "");
  EXPECT_TRUE(endpoint.get_ice_tcp().value());
  EXPECT_EQ(endpoint.get_stun_server_address().value(), "");
  EXPECT_EQ(endpoint.get_stun_server_port().value(), 3478);
  EXPECT_EQ(endpoint.get_turn_url().value(), "");
  EXPECT_EQ(endpoint.get_min_video_recv_bandwidth().value(), 100);
  EXPECT_EQ(endpoint.get_min_video_send_bandwidth().value(), 100);
  EXPECT_EQ(endpoint.get_max_video_send_bandwidth().value(), 500);
  EXPECT_EQ(endpoint.get_mtu().value(), 1200);
  EXPECT_EQ(endpoint.get_encoder_bitrate().value(), 300'000);
  EXPECT_EQ(endpoint.get_media_state().value(), MediaState::disconnected);
  EXPECT_EQ(endpoint.get_connection_state().value(), ConnectionState::disconnected);
  EXPECT_TRUE(endpoint.get_ice_candidate_pairs().value().empty());
  EXPECT_TRUE(endpoint.get_ice_connection_state().value().empty());
  EXPECT_TRUE(endpoint.get_dtls_connection_state().value().empty());
  EXPECT_TRUE(endpoint.get_stats({}).value().empty());
}

TEST_F(Properties, OfWebRtcEndpointsAreKept) {
  WebRtcEndpoint& endpoint = make("endpoint");
  EXPECT_TRUE(endpoint.set_network_interfaces("lo").ok());
  EXPECT_TRUE(endpoint.set_ice_tcp(false).ok());
  EXPECT_TRUE(endpoint.set_stun_server_address("192.0.2.50").ok());
  EXPECT_TRUE(endpoint.set_stun_server_port(19302).ok());
  EXPECT_TRUE(endpoint.set_turn_url("u:p@192.0.2.51:3478").ok());
  EXPECT_TRUE(endpoint.set_external_ipv4("203.0.113.5").ok());
  EXPECT_TRUE(endpoint.set_external_ipv6("2001:db8::5").ok());
  EXPECT_EQ(endpoint.get_network_interfaces().value(), "lo");
  EXPECT_FALSE(endpoint.get_ice_tcp().value());
  EXPECT_EQ(endpoint.get_stun_server_address().value(), "192.0.2.50");
  EXPECT_EQ(endpoint.get_stun_server_port().value(), 19302);
  EXPECT_EQ(endpoint.get_turn_url().value(), "u:p@192.0.2.51:3478");
  EXPECT_EQ(endpoint.get_external_ipv4().value(), "203.0.113.5");
  EXPECT_EQ(endpoint.get_external_ipv6().value(), "2001:db8::5");
}

// Of two limits that contradict each other the one that was set first stands.
TEST_F(Properties, LimitsOfSentVideoDoNotContradictEachOther) {
  WebRtcEndpoint& endpoint = make("endpoint");
  const auto limits = [&] {
    return std::pair(endpoint.get_min_video_send_bandwidth().value(),
                     endpoint.get_max_video_send_bandwidth().value());
  };
  EXPECT_TRUE(endpoint.set_min_video_send_bandwidth(800).ok());
  EXPECT_EQ(limits(), std::pair(500, 500));
  EXPECT_TRUE(endpoint.set_max_video_send_bandwidth(200).ok());
  EXPECT_EQ(limits(), std::pair(500, 500));
  EXPECT_TRUE(endpoint.set_max_video_send_bandwidth(2000).ok());
  EXPECT_TRUE(endpoint.set_min_video_send_bandwidth(800).ok());
  EXPECT_EQ(limits(), std::pair(800, 2000));
  EXPECT_TRUE(endpoint.set_min_video_send_bandwidth(-1).ok());
  EXPECT_EQ(limits(), std::pair(0, 2000));
}

TEST_F(Properties, NegativeLimitsAreNone) {
  WebRtcEndpoint& endpoint = make("endpoint");
  EXPECT_TRUE(endpoint.set_min_video_recv_bandwidth(-7).ok());
  EXPECT_EQ(endpoint.get_min_video_recv_bandwidth().value(), 0);
  EXPECT_TRUE(endpoint.set_min_video_recv_bandwidth(70).ok());
  EXPECT_EQ(endpoint.get_min_video_recv_bandwidth().value(), 70);
}

TEST_F(Properties, AnMtuIsOneOfNetworksThatThereAre) {
  WebRtcEndpoint& endpoint = make("endpoint");
  for (const auto& [set, kept] : {std::pair{575, 1200}, {576, 576}, {1501, 576}, {1500, 1500}, {-1, 1500}}) {
    EXPECT_TRUE(endpoint.set_mtu(set).ok());
    EXPECT_EQ(endpoint.get_mtu().value(), kept);
  }
}

TEST_F(Properties, RembParamsAreGivenBackAsTheyWereSet) {
  WebRtcEndpoint& endpoint = make("endpoint");
  const Value before = endpoint.get_remb_params().value().to_value();
  EXPECT_EQ(before.object()->type, "RembParams");
  EXPECT_TRUE(before.object()->members.empty());
  RembParams params;
  params.up_losses = 20;
  params.remb_on_connect = -5;  // is taken for none, but is the application's own word
  EXPECT_TRUE(endpoint.set_remb_params(params).ok());
  const Value after = endpoint.get_remb_params().value().to_value();
  EXPECT_EQ(after.object()->members.size(), 2u);
  EXPECT_EQ(*after.object()->find("upLosses")->integer(), 20);
  EXPECT_EQ(*after.object()->find("rembOnConnect")->integer(), -5);
}

TEST_F(Properties, ThereAreNoDataChannelsYet) {
  WebRtcEndpoint& endpoint = make("endpoint");
  const char* sentence = "Data channels are not supported";
  expect_error(endpoint.create_data_channel("chat", true, -1, -1, ""),
               ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, sentence);
  expect_error(endpoint.close_data_channel(0), ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, sentence);
}

TEST_F(Properties, AKeyFrameIsAskedForByASubscriber) {
  WebRtcEndpoint& endpoint = make("endpoint");
  const char* sentence = "Keyframe request failed (must be requested from a subscriber element)";
  expect_error(endpoint.request_keyframe(), ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, sentence);
  answer_of(endpoint, chrome());
  expect_error(endpoint.request_keyframe(), ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, sentence);
  EXPECT_TRUE(endpoint.connect(&endpoint, {}, {}, {}).ok());
  EXPECT_TRUE(endpoint.request_keyframe().ok());
}

TEST_F(Properties, APassThroughPassesAllTypesOn) {
  ASSERT_TRUE(shard.objects().create(kPassThroughClass, "pass", {Value("pipe")}).ok());
  auto& pass = dynamic_cast<pipeline::MediaElement&>(*shard.objects().find("pass"));
  WebRtcEndpoint& publisher = make("publisher");
  WebRtcEndpoint& viewer = make("viewer");
  EXPECT_TRUE(publisher.connect(&pass, {}, {}, {}).ok());
  EXPECT_TRUE(pass.connect(&viewer, {}, {}, {}).ok());
  EXPECT_EQ(pass.origin(MediaType::video), nullptr);  // nobody is there yet
  answer_of(viewer, chrome());
  answer_of(publisher, chrome());
  for (const MediaType type : {MediaType::audio, MediaType::video}) {
    EXPECT_NE(publisher.source(type), nullptr);
    EXPECT_EQ(pass.origin(type), publisher.source(type));
    EXPECT_EQ(viewer.sink(type)->source(), publisher.source(type));
  }
  EXPECT_EQ(publisher.source(MediaType::data), nullptr);
}

}  // namespace
}  // namespace kaskado::elements::test
