#include "fixture.hpp"

namespace kaskado::kmd_test {
namespace {

using namespace elements;

using ElementsApi = ApiTest;

TEST_F(ElementsApi, ConstructorsGetTheirParameters) {
  EXPECT_EQ(endpoint().parent()->id(), "pipe");
  EXPECT_TRUE(endpoint().params.use_data_channels);
  EXPECT_FALSE(endpoint().params.recvonly);
  EXPECT_EQ(endpoint().params.certificate_key_type, CertificateKeyType::ecdsa);
  EXPECT_EQ(endpoint().params.qos_dscp, DSCPValue::no_value);
}

TEST_F(ElementsApi, ConstructorsMayFail) {
  const auto refused = registry.create(kWebRtcEndpointClass, "x", {"pipe", true, true, false, "RSA", "EF"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "both");

  const auto lost = registry.create(kWebRtcEndpointClass, "x", {"nowhere", false, false, false, "RSA", "EF"});
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().message, "Object 'nowhere' not found");

  const auto odd = registry.create(kPassThroughClass, "x", {"pipe/a"});
  ASSERT_FALSE(odd.ok());
  EXPECT_EQ(odd.error().message, "'mediaPipeline' should be a MediaPipeline, but 'pipe/a' is a PassThrough");
  EXPECT_EQ(registry.find("x"), nullptr);
}

TEST(ElementsParams, HaveTheDefaultsOfTheDescriptors) {
  const WebRtcEndpointParams params;
  EXPECT_EQ(params.media_pipeline, nullptr);
  EXPECT_EQ(params.certificate_key_type, CertificateKeyType::ecdsa) << "docs/adr/0003";
  EXPECT_EQ(params.qos_dscp, DSCPValue::no_value);
}

TEST_F(ElementsApi, HandlersOfAllAncestorsAreReached) {
  EXPECT_EQ(text(must_call("pipe/rtc", "processOffer", {"v=0"})), "answer to v=0");
  EXPECT_EQ(text(must_call("pipe/rtc", "getMediaState")), "CONNECTED");
  EXPECT_EQ(*must_call("pipe/rtc", "getMtu").integer(), 1200);
  EXPECT_EQ(*must_call("pipe/rtc", "getIceTcp").boolean(), true);
  EXPECT_EQ(call("pipe/rtc", "getLocalSessionDescriptor").error().code,
            ErrorCode::SDP_END_POINT_NO_LOCAL_SDP_ERROR);
}

TEST_F(ElementsApi, TellsAbsentMembersFromFalseOnes) {
  must_call("pipe/rtc", "generateOffer", {Value()});
  EXPECT_FALSE(endpoint().options);
  must_call("pipe/rtc", "generateOffer", {object({{"offerToReceiveAudio", false}})});
  ASSERT_TRUE(endpoint().options);
  EXPECT_EQ(endpoint().options->offer_to_receive_audio, false);
  EXPECT_FALSE(endpoint().options->offer_to_receive_video.has_value());
}

TEST_F(ElementsApi, LeavesAbsentMembersOut) {
  const Value none = must_call("pipe/rtc", "getRembParams");
  EXPECT_EQ(none.object()->type, "RembParams");
  EXPECT_TRUE(none.object()->members.empty());

  must_call("pipe/rtc", "setRembParams", {object({{"upLosses", 9}, {"decrementFactor", 1}})});
  EXPECT_EQ(endpoint().remb.up_losses, 9);
  EXPECT_EQ(endpoint().remb.decrement_factor, 1.0);
  const Value some = must_call("pipe/rtc", "getRembParams");
  EXPECT_EQ(some.object()->members.size(), 2u);
  EXPECT_EQ(*some.object()->find("decrementFactor")->real(), 1.0);
}

TEST_F(ElementsApi, TakesRecords) {
  must_call("pipe/rtc", "addIceCandidate",
            {object({{"candidate", "candidate:1"}, {"sdpMid", "0"}, {"sdpMLineIndex", 2}})});
  ASSERT_TRUE(endpoint().candidate);
  EXPECT_EQ(endpoint().candidate->candidate, "candidate:1");
  EXPECT_EQ(endpoint().candidate->sdp_m_line_index, 2);
}

TEST_F(ElementsApi, WritesMembersUnderAllTheirNames) {
  endpoint().pairs.push_back(
      {.stream_id = "1", .component_id = 2, .local_candidate = "l", .remote_candidate = "r"});
  const Value pairs = must_call("pipe/rtc", "getICECandidatePairs");
  const Object& pair = *pairs.array()->at(0).object();
  EXPECT_EQ(pair.members.size(), 6u);
  EXPECT_EQ(text(pair.find("streamId")), "1");
  EXPECT_EQ(text(pair.find("streamID")), "1");
  EXPECT_EQ(*pair.find("componentID")->integer(), 2);

  EXPECT_EQ(IceCandidatePair::from_value(object({{"streamID", "old"}})).stream_id, "old");
  EXPECT_EQ(IceCandidatePair::from_value(object({{"streamId", "new"}, {"streamID", "old"}})).stream_id,
            "new");
}

TEST_F(ElementsApi, EmptyListsAreLists) {
  const Value none = must_call("pipe/rtc", "getDtlsConnectionState");
  ASSERT_NE(none.array(), nullptr);
  EXPECT_TRUE(none.array()->empty());
  EXPECT_EQ(text(must_call("pipe/rtc", "getIceConnectionState").array()->at(0).object()->find("state")),
            "READY");
}

TEST_F(ElementsApi, EventsCarryTheirMembersAndTheirNames) {
  endpoint().find_candidate({.candidate = "candidate:9", .sdp_mid = "audio0", .sdp_m_line_index = 0});
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].info, &kIceCandidateFoundEvent);
  const Object& data = events[0].data;
  EXPECT_EQ(text(data.find("type")), "IceCandidateFound");
  EXPECT_EQ(text(data.find("candidate")->object()->find("candidate")), "candidate:9");
  EXPECT_EQ(text(data.find("source")), "pipe/rtc");
  EXPECT_EQ(text(data.find("timestampMillis")), "1700000000123");
}

TEST(ElementsTables, KnowEventsByAllTheirNames) {
  for (const char* name :
       {"IceComponentStateChanged", "IceComponentStateChange", "OnIceComponentStateChanged"}) {
    EXPECT_EQ(kWebRtcEndpointClass.find_event(name), &kIceComponentStateChangedEvent) << name;
  }
  EXPECT_EQ(kWebRtcEndpointClass.find_event("Error"), &pipeline::kErrorEvent);
  EXPECT_TRUE(kWebRtcEndpointClass.is_a(pipeline::kMediaElementClass));
  EXPECT_EQ(kPassThroughClass.module, "core");
  EXPECT_EQ(kWebRtcEndpointClass.module, "elements");
  EXPECT_EQ(kWebRtcEndpointClass.namespace_, "kurento");
  EXPECT_EQ(kWebRtcEndpointClass.constructor[4].default_json, "\"ECDSA\"");
}

}  // namespace
}  // namespace kaskado::kmd_test
