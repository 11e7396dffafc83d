#include <limits>

#include "fixture.hpp"

namespace kaskado::kmd_test {
namespace {

using namespace pipeline;

using PipelineApi = ApiTest;

TEST_F(PipelineApi, ReadsAndWritesProperties) {
  EXPECT_EQ(text(must_call("pipe/a", "getName")), "pipe/a");
  EXPECT_TRUE(must_call("pipe/a", "setName", {"left"}).is_null());
  EXPECT_EQ(text(must_call("pipe/a", "getName")), "left");
  must_call("pipe/a", "setMaxOuputBitrate", {400000});
  EXPECT_EQ(*must_call("pipe/a", "getEncoderBitrate").integer(), 400000);
  EXPECT_EQ(*must_call("pipe/a", "getCreationTime").integer(), 1'700'000'000);
}

TEST_F(PipelineApi, HasNoSetterForFinalAndReadOnlyProperties) {
  EXPECT_FALSE(call("pipe/a", "setId", {"x"}).ok());
  EXPECT_FALSE(call("pipe/a", "setChildren", {Array{}}).ok());
  EXPECT_TRUE(call("pipe/a", "getChilds").ok());
}

TEST_F(PipelineApi, GivesObjectsAsIds) {
  EXPECT_EQ(text(must_call("pipe/a", "getMediaPipeline")), "pipe");
  EXPECT_TRUE(must_call("pipe", "getParent").is_null());
  const Value children = must_call("pipe", "getChildren");
  ASSERT_EQ(children.array()->size(), 2u);
  EXPECT_EQ(text(children.array()->at(0)), "pipe/a");
  EXPECT_EQ(text(children.array()->at(1)), "pipe/rtc");
}

TEST_F(PipelineApi, GivesRecordsWithTheirTypes) {
  must_call("pipe/a", "addTag", {"k", "v"});
  const Value tags = must_call("pipe/a", "getTags");
  ASSERT_EQ(tags.array()->size(), 1u);
  const Object& tag = *tags.array()->at(0).object();
  EXPECT_EQ(tag.module, "kurento");
  EXPECT_EQ(tag.type, "Tag");
  ASSERT_EQ(tag.members.size(), 2u);
  EXPECT_EQ(text(tag.find("key")), "k");
  EXPECT_EQ(text(tag.find("value")), "v");
}

TEST_F(PipelineApi, PassesErrorsOn) {
  const auto answer = call("pipe/a", "getTag", {"nowhere"});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::MEDIA_OBJECT_TAG_KEY_NOT_FOUND);
  EXPECT_EQ(call("pipe/a", "disconnect", {"pipe/rtc"}).error().code, ErrorCode::CONNECT_ERROR);
}

TEST_F(PipelineApi, FindsObjectsThatArgumentsRefersTo) {
  must_call("pipe/a", "connect", {"pipe/rtc", "VIDEO", "main", Value()});
  EXPECT_EQ(element("pipe/a").sink, &element("pipe/rtc"));
  EXPECT_EQ(element("pipe/a").media_type, MediaType::video);
  EXPECT_EQ(element("pipe/a").source_description, "main");

  const Value connections = must_call("pipe/a", "getSinkConnections", {Value(), Value()});
  const Object& connection = *connections.array()->at(0).object();
  EXPECT_EQ(connection.type, "ElementConnectionData");
  EXPECT_EQ(text(connection.find("source")), "pipe/a");
  EXPECT_EQ(text(connection.find("sink")), "pipe/rtc");
  EXPECT_EQ(text(connection.find("type")), "VIDEO");
}

TEST_F(PipelineApi, LeavesOptionalArgumentsOut) {
  must_call("pipe/a", "connect", {"pipe/rtc", Value(), Value(), Value()});
  EXPECT_FALSE(element("pipe/a").media_type);
  EXPECT_FALSE(element("pipe/a").source_description);
  element("pipe/a").sink = nullptr;
  must_call("pipe/a", "connect", {"pipe/rtc"});
  EXPECT_EQ(element("pipe/a").sink, &element("pipe/rtc"));
}

TEST_F(PipelineApi, RefusesUnknownAndWrongObjects) {
  const auto unknown = call("pipe/a", "connect", {"pipe/x"});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::MEDIA_OBJECT_NOT_FOUND);
  EXPECT_EQ(unknown.error().message, "Object 'pipe/x' not found");

  const auto wrong = call("pipe/a", "connect", {"pipe"});
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
  EXPECT_EQ(wrong.error().message, "'sink' should be a MediaElement, but 'pipe' is a MediaPipeline");

  const auto absent = call("pipe/a", "connect", {Value()});
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().message, "'sink' parameter should be a string");
  EXPECT_EQ(element("pipe/a").sink, nullptr);
}

TEST_F(PipelineApi, RefusesOperationsOfOtherClasses) {
  const OperationInfo* of_elements = kMediaElementClass.find_operation("getStats");
  const auto answer = registry.invoke("pipe", *of_elements, {Value()});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED);
}

TEST_F(PipelineApi, TakesRecordsWithinRecords) {
  must_call("pipe/a", "setVideoFormat",
            {object({{"codec", "H264"}, {"framerate", object({{"numerator", 30}, {"denominator", 1}})}})});
  ASSERT_TRUE(element("pipe/a").video_caps);
  EXPECT_EQ(element("pipe/a").video_caps->codec, VideoCodec::h264);
  EXPECT_EQ(element("pipe/a").video_caps->framerate.numerator, 30);
  EXPECT_EQ(element("pipe/a").video_caps->framerate.denominator, 1);
}

TEST_F(PipelineApi, ReadsValuesOfAnyShape) {
  for (const Value& odd : {Value(), Value("x"), Value(7), Value(2.5), Value(true), Value(Array{1, "x"}),
                           Value(object({{"codec", 5}, {"bitrate", "many"}}))}) {
    must_call("pipe/a", "setAudioFormat", {odd});
    EXPECT_EQ(element("pipe/a").audio_caps->codec, AudioCodec::opus);
    EXPECT_EQ(element("pipe/a").audio_caps->bitrate, 0);
  }
  must_call("pipe/a", "isMediaFlowingIn", {"SMELL", "default"});
  EXPECT_EQ(element("pipe/a").media_type, MediaType::audio);
}

TEST_F(PipelineApi, ClampsNumbers) {
  const auto set = [this](Value value) {
    must_call("pipe/a", "setEncoderBitrate", {std::move(value)});
    return element("pipe/a").bitrate;
  };
  EXPECT_EQ(set(std::int64_t{1} << 40), std::numeric_limits<int>::max());
  EXPECT_EQ(set(-(std::int64_t{1} << 40)), std::numeric_limits<int>::min());
  EXPECT_EQ(set(1e300), std::numeric_limits<int>::max());
  EXPECT_EQ(set(-1e300), std::numeric_limits<int>::min());
  EXPECT_EQ(set(std::numeric_limits<double>::quiet_NaN()), 0);
  EXPECT_EQ(set(640.9), 640);
}

TEST_F(PipelineApi, GivesStatsByTheirIdsAndNullWhereThereAreNone) {
  EXPECT_TRUE(must_call("pipe/a", "getStats", {Value()}).is_null());

  element("pipe/a").stats["s"] =
      RTCInboundRTPStreamStats{
          .id = "s", .type = StatsType::inboundrtp, .ssrc = "77", .packets_received = 5, .jitter = 0.5}
          .to_value();
  const Value stats = must_call("pipe/a", "getStats", {Value()});
  EXPECT_EQ(stats.object()->type, "");
  const Object& inbound = *stats.object()->find("s")->object();
  EXPECT_EQ(inbound.type, "RTCInboundRTPStreamStats");
  EXPECT_EQ(text(inbound.find("type")), "inboundrtp");
  EXPECT_EQ(text(inbound.find("ssrc")), "77");
  EXPECT_EQ(*inbound.find("packetsReceived")->integer(), 5);
  EXPECT_EQ(*inbound.find("jitter")->real(), 0.5);
  EXPECT_EQ(*inbound.find("timestampMillis")->integer(), 0);
  EXPECT_EQ(*inbound.find("timestamp")->real(), 0);
}

TEST(PipelineRecords, ReadInheritedMembersBack) {
  const EndpointStats stats{
      .id = "e", .type = StatsType::endpoint, .e2e_latency = {{"sink_audio", MediaType::audio, 12.5}}};
  const EndpointStats again = EndpointStats::from_value(stats.to_value());
  EXPECT_EQ(again.id, "e");
  EXPECT_EQ(again.type, StatsType::endpoint);
  EXPECT_TRUE(again.input_latency.empty());
  ASSERT_EQ(again.e2e_latency.size(), 1u);
  EXPECT_EQ(again.e2e_latency[0].name, "sink_audio");
  EXPECT_EQ(again.e2e_latency[0].avg, 12.5);
}

TEST(PipelineTables, TellWhatTheDescriptorsSay) {
  EXPECT_EQ(kMediaElementClass.parent, &kMediaObjectClass);
  EXPECT_EQ(kMediaElementClass.module, "core");
  EXPECT_EQ(kMediaElementClass.namespace_, "kurento");
  EXPECT_EQ(kMediaElementClass.create, nullptr);
  EXPECT_NE(kMediaPipelineClass.create, nullptr);
  EXPECT_EQ(classes().size(), 3u);

  const OperationInfo& flowing = *kMediaElementClass.find_operation("isMediaFlowingIn");
  ASSERT_EQ(flowing.parameters.size(), 2u);
  EXPECT_EQ(flowing.parameters[0].type.enumeration, &kMediaTypeEnum);
  EXPECT_FALSE(flowing.parameters[0].optional);
  EXPECT_TRUE(flowing.parameters[1].optional);
  EXPECT_EQ(flowing.parameters[1].default_json, "\"default\"");
  EXPECT_EQ(flowing.result.kind, TypeKind::boolean);

  const TypeInfo stats = kMediaElementClass.find_operation("getStats")->result;
  EXPECT_EQ(stats.shape, Shape::map);
  EXPECT_EQ(stats.record, &kStatsRecord);
  EXPECT_EQ(kEndpointStatsRecord.parent->parent, &kStatsRecord);
  EXPECT_EQ(kMediaTypeEnum.values[2], "VIDEO");
}

TEST(PipelineTables, KnowEventsByAllTheirNames) {
  const EventInfo* changed = kMediaElementClass.find_event("MediaFlowInStateChange");
  ASSERT_NE(changed, nullptr);
  EXPECT_EQ(changed, &MediaFlowInStateChanged::info());
  EXPECT_EQ(changed->parent, &kMediaEvent);
  EXPECT_EQ(kMediaElementClass.find_event("Error"), &kErrorEvent);
  EXPECT_EQ(kMediaObjectClass.find_event("MediaFlowInStateChange"), nullptr);
}

TEST(PipelineEvents, AnErrorHasATypeOfItsOwn) {
  const Object members =
      Error{.description = "gone", .error_code = 40003, .type = "UNEXPECTED_ERROR"}.members();
  ASSERT_EQ(members.members.size(), 3u);
  EXPECT_EQ(text(members.find("type")), "UNEXPECTED_ERROR");
  EXPECT_EQ(*members.find("errorCode")->integer(), 40003);
}

// An event is made with room for what MediaObject adds, so that it is not moved to a larger place meanwhile.
TEST(PipelineEvents, HaveRoomForTheMembersThatAllHave) {
  Object members = ElementConnected{}.members();
  const auto* const place = members.members.data();
  for (const char* name : {"source", "tags", "timestamp", "timestampMillis"}) members.set(name, Value());
  EXPECT_EQ(members.members.data(), place);
  EXPECT_EQ(members.members.capacity(), members.members.size());
}

TEST(PipelineEnums, ReadAndWriteTheirTexts) {
  EXPECT_EQ(to_string(MediaFlowState::not_flowing), "NOT_FLOWING");
  EXPECT_EQ(to_string(static_cast<MediaFlowState>(9)), "");
  MediaType type = MediaType::data;
  EXPECT_FALSE(from_text("Video", type));
  EXPECT_EQ(type, MediaType::data);
  EXPECT_TRUE(from_text("VIDEO", type));
  EXPECT_EQ(type, MediaType::video);
}

}  // namespace
}  // namespace kaskado::kmd_test
