#include "pipeline/class_info.hpp"

#include "fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

TEST(ClassInfo, FindsItsOwnAndInheritedOperations) {
  EXPECT_NE(kMediaElementClass.find_operation("connect"), nullptr);
  EXPECT_EQ(kMediaElementClass.find_operation("getName"), kMediaObjectClass.find_operation("getName"));
  EXPECT_EQ(kTestElementClass.find_operation("getName"), kMediaObjectClass.find_operation("getName"));
  EXPECT_EQ(kMediaObjectClass.find_operation("connect"), nullptr);
  EXPECT_EQ(kMediaElementClass.find_operation("getname"), nullptr);
  EXPECT_EQ(kMediaElementClass.find_operation(""), nullptr);
}

TEST(ClassInfo, AnOperationOfItsOwnHidesTheInheritedOne) {
  static const OperationInfo kOwn[]{{.name = "getName"}};
  const ClassInfo info{.name = "Own", .parent = &kMediaObjectClass, .operations = kOwn};
  EXPECT_EQ(info.find_operation("getName"), &kOwn[0]);
}

TEST(ClassInfo, FindsEventsByEachOfTheirNames) {
  EXPECT_EQ(kMediaElementClass.find_event("MediaFlowOutStateChanged"), &kMediaFlowOutStateChangedEvent);
  EXPECT_EQ(kMediaElementClass.find_event("MediaFlowOutStateChange"), &kMediaFlowOutStateChangedEvent);
  EXPECT_EQ(kTestElementClass.find_event("MediaFlowInStateChange"), &kMediaFlowInStateChangedEvent);
  EXPECT_EQ(kMediaElementClass.find_event("Error"), kMediaObjectClass.find_event("Error"));
  EXPECT_EQ(kMediaObjectClass.find_event("MediaFlowOutStateChanged"), nullptr);
  EXPECT_EQ(kMediaElementClass.find_event("Nothing"), nullptr);
}

TEST(ClassInfo, KnowsItsAncestors) {
  EXPECT_TRUE(kTestElementClass.is_a(kTestElementClass));
  EXPECT_TRUE(kTestElementClass.is_a(kMediaElementClass));
  EXPECT_TRUE(kTestElementClass.is_a(kMediaObjectClass));
  EXPECT_FALSE(kMediaElementClass.is_a(kTestElementClass));
  EXPECT_FALSE(kTestElementClass.is_a(kMediaPipelineClass));
}

// Clients create only what has a way to be created.
TEST(ClassInfo, AbstractClassesCannotBeMade) {
  EXPECT_EQ(kMediaObjectClass.create, nullptr);
  EXPECT_EQ(kMediaElementClass.create, nullptr);
  EXPECT_NE(kMediaPipelineClass.create, nullptr);
}

TEST(ApiError, NamesAreTheWiresOwn) {
  EXPECT_EQ(to_string(ErrorCode::SDP_END_POINT_ANSWER_ALREADY_PROCCESED),
            "SDP_END_POINT_ANSWER_ALREADY_PROCCESED");
  EXPECT_EQ(to_string(ErrorCode{12}), "UNDEFINED");
}

}  // namespace
}  // namespace kaskado::pipeline::test
