// What all objects have, and the registry that they live in.
#include "fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

using Objects = ElementTest;
using Texts = std::vector<std::string>;

Texts ids(const ApiResult<std::vector<MediaObject*>>& objects) {
  Texts texts;
  for (const MediaObject* object : objects.value()) texts.push_back(object->id());
  return texts;
}

TEST_F(Objects, KnowTheirFamily) {
  TestElement& a = add("a");
  add("b");
  MediaObject& pipeline = *shard.objects().find("pipe");
  EXPECT_EQ(a.get_parent().value(), &pipeline);
  EXPECT_EQ(pipeline.get_parent().value(), nullptr);
  EXPECT_EQ(a.get_media_pipeline().value(), &pipeline);
  EXPECT_EQ(pipeline.get_media_pipeline().value(), &pipeline);
  EXPECT_EQ(ids(pipeline.get_children()), (Texts{"a", "b"}));
  EXPECT_EQ(ids(pipeline.get_childs()), (Texts{"a", "b"}));
  EXPECT_TRUE(ids(a.get_children()).empty());
  shard.objects().release("a");
  EXPECT_EQ(ids(pipeline.get_children()), (Texts{"b"}));
}

TEST_F(Objects, AreCalledByTheirIdsUntilNamed) {
  TestElement& a = add("a");
  EXPECT_EQ(a.get_id().value(), "a");
  EXPECT_EQ(a.get_name().value(), "a");
  EXPECT_TRUE(a.set_name("the first").ok());
  EXPECT_EQ(a.get_name().value(), "the first");
  EXPECT_EQ(a.get_id().value(), "a");
  EXPECT_EQ(shard.objects().find("the first"), nullptr);
}

TEST_F(Objects, KnowWhenTheyWereMade) {
  at(90s);
  EXPECT_EQ(add("a").get_creation_time().value(), 1'700'000'090);
}

TEST_F(Objects, KeepTagsByTheirKeys) {
  TestElement& a = add("a");
  EXPECT_TRUE(a.add_tag("colour", "red").ok());
  EXPECT_TRUE(a.add_tag("age", "7").ok());
  EXPECT_TRUE(a.add_tag("colour", "blue").ok());
  EXPECT_EQ(a.get_tag("colour").value(), "blue");
  const auto tags = a.get_tags().value();
  ASSERT_EQ(tags.size(), 2u);
  EXPECT_EQ(tags[0].key, "age");
  EXPECT_TRUE(a.remove_tag("age").ok());
  for (const auto& refused : {a.remove_tag("age").error(), a.get_tag("age").error()}) {
    EXPECT_EQ(refused.code, ErrorCode::MEDIA_OBJECT_TAG_KEY_NOT_FOUND);
    EXPECT_EQ(refused.message, "Tag key not found");
  }
  EXPECT_EQ(a.get_tags().value().size(), 1u);
}

TEST_F(Objects, TellTheirTagsInEventsOnlyIfAsked) {
  TestElement& a = add("a");
  TestElement& b = add("b");
  EXPECT_TRUE(a.add_tag("colour", "red").ok());
  const auto tags_told = [&] {
    events.clear();
    connect(a, b, MediaType::video);
    return *events.back().data.find("tags")->array();
  };
  EXPECT_FALSE(a.get_send_tags_in_events().value());
  EXPECT_TRUE(tags_told().empty());
  EXPECT_TRUE(a.set_send_tags_in_events(true).ok());
  EXPECT_TRUE(a.get_send_tags_in_events().value());
  const Array tags = tags_told();
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].object()->type, "Tag");
  EXPECT_EQ(*tags[0].object()->find("key")->string(), "colour");
  EXPECT_EQ(*tags[0].object()->find("value")->string(), "red");
}

TEST_F(Objects, EventsSayWhoseTheyAreAndWhenInBothGenerationsForms) {
  TestElement& a = add("a");
  TestElement& b = add("b");
  at(1500ms);
  connect(a, b, MediaType::audio);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].source, "a");
  EXPECT_EQ(events[0].info, &kElementConnectedEvent);
  EXPECT_EQ(*events[0].data.find("source")->string(), "a");
  EXPECT_EQ(*events[0].data.find("timestamp")->string(), "1700000001");
  EXPECT_EQ(*events[0].data.find("timestampMillis")->string(), "1700000001500");
}

TEST_F(Objects, AreFoundByIdAndOnlyWhileTheyLive) {
  TestElement& a = add("a");
  EXPECT_EQ(shard.objects().find("a"), &a);
  EXPECT_EQ(shard.objects().find(""), nullptr);
  EXPECT_EQ(shard.objects().size(), 2u);
  EXPECT_EQ(shard.objects().release("a"), (Texts{"a"}));
  EXPECT_EQ(shard.objects().find("a"), nullptr);
  EXPECT_TRUE(shard.objects().release("a").empty());
  EXPECT_EQ(shard.objects().size(), 1u);
}

TEST_F(Objects, AreCalledByOperation) {
  add("a");
  const OperationInfo* set_name = kTestElementClass.find_operation("setName");
  ASSERT_TRUE(shard.objects().invoke("a", *set_name, {Value("new")}).ok());
  const auto name = shard.objects().invoke("a", *kTestElementClass.find_operation("getName"), {});
  EXPECT_EQ(*name.value().string(), "new");
  const auto nobody = shard.objects().invoke("b", *set_name, {Value("new")});
  ASSERT_FALSE(nobody.ok());
  EXPECT_EQ(nobody.error().code, ErrorCode::MEDIA_OBJECT_NOT_FOUND);
  EXPECT_EQ(nobody.error().message, "Object 'b' not found");
}

TEST_F(Objects, ThatCannotBeMadeLeaveNothing) {
  static const ClassInfo kRefused{
      .name = "Refused",
      .parent = &kMediaObjectClass,
      .create = [](const Construction&, const Arguments&) -> ApiResult<std::unique_ptr<MediaObject>> {
        return ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "no"};
      }};
  const auto refused = shard.objects().create(kRefused, "r", {});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::NOT_ENOUGH_RESOURCES);
  EXPECT_EQ(shard.objects().find("r"), nullptr);
  EXPECT_EQ(shard.objects().size(), 1u);
}

// A tree: every object says goodbye while all stand, children before parents; then all go in that order.
class Tree : public Objects {
 protected:
  struct Node final : MediaObject {
    using MediaObject::MediaObject;
    void on_release() override {
      said_goodbye.push_back(id() + (parent() && host().find(parent()->id()) ? "" : "?"));
    }
    static inline Texts said_goodbye;
  };
  static inline const ClassInfo kNodeClass{
      .name = "Node",
      .parent = &kMediaObjectClass,
      .create = [](const Construction& construction,
                   const Arguments& arguments) -> ApiResult<std::unique_ptr<MediaObject>> {
        MediaObject* parent = construction.host.find(*arguments.at(0).string());
        return std::unique_ptr<MediaObject>(std::make_unique<Node>(construction, parent));
      }};
  Tree() {
    Node::said_goodbye.clear();
    for (const auto& [id, parent] : {std::pair{"left", "pipe"},
                                     {"right", "pipe"},
                                     {"left/1", "left"},
                                     {"left/2", "left"},
                                     {"left/1/x", "left/1"}}) {
      EXPECT_TRUE(shard.objects().create(kNodeClass, id, {Value(parent)}).ok());
    }
  }
};

TEST_F(Tree, GoesChildrenFirst) {
  const Texts gone = shard.objects().release("left");
  EXPECT_EQ(Texts(gone.end() - 1, gone.end()), (Texts{"left"}));
  EXPECT_EQ(Node::said_goodbye, (Texts{"left/1/x", "left/1", "left/2", "left"}));
  const auto place = [&](const char* id) { return std::find(gone.begin(), gone.end(), id) - gone.begin(); };
  EXPECT_LT(place("left/1/x"), place("left/1"));
  EXPECT_EQ(gone.size(), 4u);
  EXPECT_NE(shard.objects().find("right"), nullptr);
  EXPECT_EQ(shard.objects().size(), 2u);
}

TEST_F(Tree, FamilyOfALeafIsFoundUpToThePipeline) {
  EXPECT_EQ(shard.objects().find("left/1/x")->get_media_pipeline().value(), shard.objects().find("pipe"));
}

TEST_F(Tree, AllGoAtOnce) {
  EXPECT_TRUE(shard.objects().create(kMediaPipelineClass, "second", {}).ok());
  shard.release_all();
  EXPECT_EQ(shard.objects().size(), 0u);
  EXPECT_EQ(Node::said_goodbye.size(), 5u);
}

TEST(ObjectRegistry, ReleasesAllWhenItGoes) {
  int goodbyes = 0;
  struct Counted final : MediaObject {
    using MediaObject::MediaObject;
    void on_release() override { host().emit({}); }
  };
  static const ClassInfo kCounted{
      .name = "Counted",
      .parent = &kMediaObjectClass,
      .create = [](const Construction& construction,
                   const Arguments&) -> ApiResult<std::unique_ptr<MediaObject>> {
        return std::unique_ptr<MediaObject>(std::make_unique<Counted>(construction, nullptr));
      }};
  {
    ObjectRegistry registry(
        nullptr, [] { return base::WallTime{}; }, [&](const Event&) { ++goodbyes; });
    for (const char* id : {"a", "b", "c"}) EXPECT_TRUE(registry.create(kCounted, id, {}).ok());
    registry.release("b");
    EXPECT_EQ(goodbyes, 1);
  }
  EXPECT_EQ(goodbyes, 3);
}

TEST_F(Objects, PipelinesKeepWhatIsSet) {
  auto& pipeline = dynamic_cast<MediaPipeline&>(*shard.objects().find("pipe"));
  EXPECT_EQ(&pipeline.shard(), &shard);
  EXPECT_FALSE(pipeline.get_latency_stats().value());
  EXPECT_TRUE(pipeline.set_latency_stats(true).ok());
  EXPECT_TRUE(pipeline.get_latency_stats().value());
}

}  // namespace
}  // namespace kaskado::pipeline::test
