// The graph of a pipeline on every shard that its elements live on.
#include "spread_fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

using Texts = std::vector<std::string>;

class Mirror : public SpreadTest {
 protected:
  Texts connections(std::size_t at, const std::string& id) {
    Texts texts;
    const auto connections = there(at, id).get_source_connections({}, {});
    if (!connections) return {connections.error().message};
    for (const auto& data : *connections) {
      texts.push_back(data.source->id() + " " + std::string(to_string(data.type)));
    }
    return texts;
  }
  bool is_stand_in(std::size_t at, const std::string& id) {
    return dynamic_cast<RemoteElement*>(&there(at, id)) != nullptr;
  }
};

TEST_F(Mirror, AnElementIsItselfOnOneShardAndStoodInForOnTheOthers) {
  add_here("a");
  add_on(1, "b");
  EXPECT_FALSE(is_stand_in(0, "a"));
  EXPECT_TRUE(is_stand_in(1, "a"));
  EXPECT_TRUE(is_stand_in(0, "b"));
  EXPECT_FALSE(is_stand_in(1, "b"));
  EXPECT_EQ(third.objects().size(), 0u);
  const auto& children = shard.objects().find("pipe")->children();
  ASSERT_EQ(children.size(), 2u);
  EXPECT_EQ(children[1]->id(), "pipe/b");
  EXPECT_EQ(there(0, "b").info().name, "TestElement");
}

TEST_F(Mirror, LinksAreTheSameEverywhere) {
  add_here("a");
  add_here("b");
  link("a", "b");
  add_on(1, "c");
  link("a", "c", MediaType::video);
  const Texts all_types{"pipe/a AUDIO", "pipe/a DATA", "pipe/a VIDEO"};
  for (const std::size_t at : {0u, 1u}) {
    EXPECT_EQ(connections(at, "b"), all_types) << at;
    EXPECT_EQ(connections(at, "c"), (Texts{"pipe/a VIDEO"})) << at;
  }
  link("b", "c", MediaType::video);
  unlink("a", "b", MediaType::audio);
  for (const std::size_t at : {0u, 1u}) {
    EXPECT_EQ(connections(at, "b"), (Texts{"pipe/a DATA", "pipe/a VIDEO"})) << at;
    EXPECT_EQ(connections(at, "c"), (Texts{"pipe/b VIDEO"})) << at;
  }
}

TEST_F(Mirror, AThirdShardGetsTheGraphAsItIs) {
  add_here("a");
  add_on(1, "b");
  link("a", "b");
  add_on(2, "c");
  EXPECT_TRUE(is_stand_in(2, "a"));
  EXPECT_TRUE(is_stand_in(2, "b"));
  EXPECT_TRUE(is_stand_in(1, "c"));
  EXPECT_EQ(connections(2, "b").size(), 3u);
  add_here("d");
  for (const std::size_t at : {1u, 2u}) EXPECT_TRUE(is_stand_in(at, "d"));
}

TEST_F(Mirror, EventsComeFromTheElementItselfAlone) {
  add_here("a");
  add_on(1, "b");
  take_events();
  link("a", "b", MediaType::audio);
  EXPECT_EQ(take_events(), (Texts{"ElementConnected AUDIO pipe/b"}));
  unlink("a", "b", MediaType::audio);
  EXPECT_EQ(take_events(), (Texts{"ElementDisconnected AUDIO pipe/b"}));
  link("b", "a", MediaType::audio);
  EXPECT_EQ(take_events("pipe/b"), (Texts{"ElementConnected AUDIO pipe/a"}));
}

TEST_F(Mirror, WhatIsReleasedIsGoneEverywhere) {
  add_here("a");
  add_on(1, "b");
  link("a", "b");
  EXPECT_EQ(shard.objects().release("pipe/b"), (Texts{"pipe/b"}));
  settle();
  EXPECT_EQ(second.objects().find("pipe/b"), nullptr);
  EXPECT_TRUE(there(1, "a").outgoing().empty());
  add_on(1, "c");
  const Texts gone = shard.objects().release("pipe");
  EXPECT_EQ(gone, (Texts{"pipe/c", "pipe/a", "pipe"}));
  settle();
  EXPECT_EQ(second.objects().size(), 0u);
}

TEST_F(Mirror, WhatCannotBeMadeLeavesNoStandIn) {
  static const ClassInfo kRefusing{
      .name = "Refusing",
      .parent = &kMediaElementClass,
      .create = [](const Construction&, const Arguments&) -> ApiResult<std::unique_ptr<MediaObject>> {
        return ApiError{ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "no"};
      }};
  std::string told;
  create_on(1, shard, kRefusing, "pipe/x", {Value("pipe")}, {}, [&](Shard& at, const ApiResult<void>& result) {
    told = std::to_string(at.index()) + result.error().message;
  });
  settle();
  EXPECT_EQ(told, "1no");
  EXPECT_EQ(shard.objects().find("pipe/x"), nullptr);
  create_on(1, shard, kTestElementClass, "none/x", {Value("none")}, {},
            [&](Shard& at, const ApiResult<void>& result) {
              told = std::to_string(at.index()) + result.error().message;
            });
  EXPECT_EQ(told, "0Object 'none' not found");
}

TEST_F(Mirror, MediaComesThroughElementsThatPassItOn) {
  add_here("middle").pass_on();
  TestElement& publisher = add_on(1, "publisher");
  TestElement& viewer = add_on(2, "viewer");
  Subscriber end{1};
  RtpSource& camera = publisher.add_source(MediaType::video);
  camera.configure(source_config({format(96, "VP8")}));
  RtpSink& screen = viewer.add_sink(MediaType::video, end.line);
  screen.configure({{format(100, "VP8")}, {}, {}});
  link("publisher", "middle");
  link("middle", "viewer");
  take_events();
  for (std::uint16_t i = 1; i <= 3; ++i) {
    camera.receive(rtp::test::make_media(second.packets(), vp8(i, i == 1), now()), now());
    camera.end_run(second.outbox());
    settle();
  }
  end.take(third.outbox());
  EXPECT_EQ(end.rtp.size(), 3u);
  EXPECT_EQ(take_events("pipe/viewer"), (Texts{"MediaFlowInStateChanged FLOWING VIDEO"}));
}

}  // namespace
}  // namespace kaskado::pipeline::test
