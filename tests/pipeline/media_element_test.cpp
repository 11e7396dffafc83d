// Connections of elements, as clients make and see them.
#include "fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

class Links : public ElementTest {
 protected:
  Links() { take_events(); }

  // "a:default>b:default AUDIO", as getSourceConnections and getSinkConnections list them.
  static std::vector<std::string> texts(const ApiResult<std::vector<ElementConnectionData>>& connections) {
    std::vector<std::string> texts;
    for (const ElementConnectionData& c : connections.value()) {
      texts.push_back(c.source->id() + ":" + c.source_description + ">" + c.sink->id() + ":" +
                      c.sink_description + " " + std::string(to_string(c.type)));
    }
    return texts;
  }
  static std::vector<std::string> into(MediaElement& element) {
    return texts(element.get_source_connections({}, {}));
  }
  static std::vector<std::string> out_of(MediaElement& element) {
    return texts(element.get_sink_connections({}, {}));
  }

  TestElement& a = add("a");
  TestElement& b = add("b");
  TestElement& c = add("c");
};

using Texts = std::vector<std::string>;

TEST_F(Links, ConnectAllTypesWhereNoneIsNamed) {
  connect(a, b);
  const Texts all{"a:default>b:default AUDIO", "a:default>b:default DATA", "a:default>b:default VIDEO"};
  EXPECT_EQ(out_of(a), all);
  EXPECT_EQ(into(b), all);
  EXPECT_TRUE(into(a).empty());
  EXPECT_TRUE(out_of(b).empty());
  EXPECT_EQ(take_events("a"),
            (Texts{"ElementConnected AUDIO b", "ElementConnected VIDEO b", "ElementConnected DATA b"}));
}

TEST_F(Links, ConnectOneTypeBesidesAnother) {
  connect(a, c, MediaType::video);
  connect(b, c, MediaType::audio);
  EXPECT_EQ(into(c), (Texts{"b:default>c:default AUDIO", "a:default>c:default VIDEO"}));
  EXPECT_EQ(take_events(), (Texts{"ElementConnected VIDEO c", "ElementConnected AUDIO c"}));
}

TEST_F(Links, ListsAreOfATypeAndADescription) {
  EXPECT_TRUE(a.connect(&b, MediaType::video, "camera", "left").ok());
  EXPECT_TRUE(a.connect(&b, MediaType::video, "camera", "right").ok());
  connect(a, b, MediaType::audio);
  EXPECT_EQ(texts(b.get_source_connections(MediaType::video, {})).size(), 2u);
  EXPECT_EQ(texts(b.get_source_connections(MediaType::video, "right")), (Texts{"a:camera>b:right VIDEO"}));
  EXPECT_EQ(texts(b.get_source_connections({}, "default")), (Texts{"a:default>b:default AUDIO"}));
  EXPECT_TRUE(texts(b.get_source_connections(MediaType::data, {})).empty());
  EXPECT_EQ(texts(a.get_sink_connections({}, "camera")).size(), 2u);
  EXPECT_TRUE(texts(a.get_sink_connections({}, "left")).empty());
  EXPECT_EQ(texts(a.get_sink_connections(MediaType::audio, {})), (Texts{"a:default>b:default AUDIO"}));
}

TEST_F(Links, ASinkTakesOneSourceOfATypeAndTheNewOneStands) {
  connect(a, c);
  take_events();
  connect(b, c, MediaType::video);
  EXPECT_EQ(into(c),
            (Texts{"a:default>c:default AUDIO", "a:default>c:default DATA", "b:default>c:default VIDEO"}));
  EXPECT_EQ(out_of(a).size(), 2u);
  EXPECT_EQ(take_events(), (Texts{"ElementDisconnected VIDEO c", "ElementConnected VIDEO c"}));
  connect(a, c, MediaType::video);
  EXPECT_EQ(take_events("b"), (Texts{"ElementDisconnected VIDEO c"}));
}

TEST_F(Links, ConnectingAgainLeavesOneConnection) {
  connect(a, b, MediaType::video);
  connect(a, b, MediaType::video);
  EXPECT_EQ(out_of(a), (Texts{"a:default>b:default VIDEO"}));
  EXPECT_EQ(take_events("a"),
            (Texts{"ElementConnected VIDEO b", "ElementDisconnected VIDEO b", "ElementConnected VIDEO b"}));
}

TEST_F(Links, OneSourceHasManySinks) {
  connect(a, b, MediaType::video);
  connect(a, c, MediaType::video);
  EXPECT_EQ(out_of(a), (Texts{"a:default>b:default VIDEO", "a:default>c:default VIDEO"}));
}

TEST_F(Links, DisconnectTheNamedTypeOnly) {
  connect(a, b);
  take_events();
  disconnect(a, b, MediaType::audio);
  EXPECT_EQ(out_of(a), (Texts{"a:default>b:default DATA", "a:default>b:default VIDEO"}));
  disconnect(a, b);
  EXPECT_TRUE(out_of(a).empty());
  EXPECT_TRUE(into(b).empty());
}

// Kurento's clients wait for the event, also of a connection that is not there.
TEST_F(Links, DisconnectingWhatIsNotConnectedIsToldAndDoesNothing) {
  connect(a, b, MediaType::video);
  take_events();
  disconnect(a, c, MediaType::video);
  disconnect(b, a, MediaType::video);
  EXPECT_TRUE(a.disconnect(&b, MediaType::video, "camera", {}).ok());
  EXPECT_EQ(out_of(a), (Texts{"a:default>b:default VIDEO"}));
  EXPECT_EQ(take_events(), (Texts{"ElementDisconnected VIDEO c", "ElementDisconnected VIDEO a",
                                  "ElementDisconnected VIDEO b"}));
}

TEST_F(Links, ElementsOfTwoPipelinesDoNotConnect) {
  ASSERT_TRUE(shard.objects().create(kMediaPipelineClass, "other", {}).ok());
  TestElement& stranger = add("stranger", "other");
  const auto refused = a.connect(&stranger, {}, {}, {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::CONNECT_ERROR);
  EXPECT_EQ(refused.error().message, "Media elements do not share pipeline");
  EXPECT_TRUE(out_of(a).empty());
  EXPECT_TRUE(take_events().empty());
}

TEST_F(Links, AnElementMayBeItsOwnSink) {
  connect(a, a);
  EXPECT_EQ(into(a).size(), 3u);
  EXPECT_EQ(into(a), out_of(a));
  disconnect(a, a);
  EXPECT_TRUE(into(a).empty());
}

// The event's members are those of the client API.
TEST_F(Links, TellWhoWasConnected) {
  EXPECT_TRUE(a.connect(&b, MediaType::video, "camera", "left").ok());
  ASSERT_EQ(events.size(), 1u);
  const Object& data = events[0].data;
  EXPECT_EQ(*data.find("sink")->string(), "b");
  EXPECT_EQ(*data.find("mediaType")->string(), "VIDEO");
  EXPECT_EQ(*data.find("sourceMediaDescription")->string(), "camera");
  EXPECT_EQ(*data.find("sinkMediaDescription")->string(), "left");
  EXPECT_EQ(*data.find("source")->string(), "a");
}

TEST_F(Links, EndOnBothSidesWhenAnElementIsReleased) {
  connect(a, b);
  connect(b, c);
  take_events();
  shard.objects().release("b");
  EXPECT_TRUE(out_of(a).empty());
  EXPECT_TRUE(into(c).empty());
  EXPECT_EQ(take_events("a").size(), 3u);
}

TEST_F(Links, ReleasingInAnyOrderLeavesNothingBehind) {
  std::vector<std::string> ids{"a", "b", "c", "d"};
  do {
    for (const std::string& id : ids) {
      if (!shard.objects().find(id)) add(id).pass_on();
    }
    for (const auto& [from, to] :
         {std::pair{"a", "b"}, {"b", "c"}, {"c", "d"}, {"d", "a"}, {"a", "a"}, {"a", "c"}}) {
      connect(dynamic_cast<MediaElement&>(*shard.objects().find(from)),
              dynamic_cast<MediaElement&>(*shard.objects().find(to)));
    }
    for (const std::string& id : ids) EXPECT_EQ(shard.objects().release(id), (Texts{id}));
    EXPECT_EQ(shard.objects().size(), 1u);
  } while (std::next_permutation(ids.begin(), ids.end()));
}

TEST_F(Links, AWholePipelineGoesWithItsConnections) {
  connect(a, b);
  connect(b, c);
  connect(c, a);
  EXPECT_EQ(shard.objects().release("pipe").size(), 4u);
  EXPECT_EQ(shard.objects().size(), 0u);
}

TEST_F(Links, AnswerForMediaThatDoesNotFlow) {
  EXPECT_FALSE(a.is_media_flowing_in(MediaType::audio, "default").value());
  EXPECT_FALSE(a.is_media_flowing_out(MediaType::video, "default").value());
  EXPECT_FALSE(a.is_media_transcoding(MediaType::video, "default").value());
  for (const auto& answer :
       {a.is_media_flowing_in(MediaType::data, "default"), a.is_media_flowing_out(MediaType::data, "default"),
        a.is_media_transcoding(MediaType::data, "default")}) {
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(answer.error().code, ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
    EXPECT_TRUE(answer.error().message.starts_with("Media type DATA is not supported for Media"));
  }
}

// They were constants, whatever MediaElement.conf.ini said.
TEST_F(Links, BitratesOfEncodersBeginAsConfigured) {
  configuration.encoder_bitrate_bps = 500'000;
  configuration.min_encoder_bitrate_bps = 400'000;
  configuration.max_encoder_bitrate_bps = 600'000;
  TestElement& d = add("d");
  EXPECT_EQ(d.get_encoder_bitrate().value(), 500'000);
  EXPECT_EQ(d.get_min_encoder_bitrate().value(), 400'000);
  EXPECT_EQ(d.get_max_encoder_bitrate().value(), 600'000);
}

TEST_F(Links, BitratesOfEncodersAreKeptUnderBothGenerationsNames) {
  EXPECT_EQ(a.get_encoder_bitrate().value(), 300'000);
  EXPECT_EQ(a.get_max_encoder_bitrate().value(), 2'147'483'647);
  EXPECT_TRUE(a.set_output_bitrate(1).ok());
  EXPECT_TRUE(a.set_min_ouput_bitrate(2).ok());
  EXPECT_TRUE(a.set_max_output_bitrate(3).ok());
  EXPECT_EQ(a.get_encoder_bitrate().value(), 1);
  for (const auto& least :
       {a.get_min_encoder_bitrate(), a.get_min_ouput_bitrate(), a.get_min_output_bitrate()}) {
    EXPECT_EQ(least.value(), 2);
  }
  for (const auto& most :
       {a.get_max_encoder_bitrate(), a.get_max_ouput_bitrate(), a.get_max_output_bitrate()}) {
    EXPECT_EQ(most.value(), 3);
  }
}

}  // namespace
}  // namespace kaskado::pipeline::test
