// What the real descriptors have no case of, on the descriptor in toys/.
#include "toys/toy_box.hpp"

#include <algorithm>

#include "control/api.hpp"
#include "fixture.hpp"

namespace kaskado::kmd_test {
namespace {

using namespace toys;

class Toys : public ApiTest {
 protected:
  Toys() {
    make(kToyBoxClass, "box",
         {"pipe", "mine", "DoubleWide", 2, object({{"name", "car"}, {"count", 3}}), Value()});
    make(kToyBoxClass, "lid", {"pipe", "top", "new", 0.5, object({{"NAME", "doll"}}), "box"});
  }
  ToyBox& box(const char* id = "box") { return dynamic_cast<ToyBox&>(*registry.find(id)); }
};

TEST_F(Toys, ConstructorsTakeEverything) {
  EXPECT_EQ(box().params.label, "mine");
  EXPECT_EQ(box().params.size, ToySize::double_wide);
  EXPECT_EQ(box().params.weight, 2.0);
  EXPECT_EQ(box().params.toy.name, "car");
  EXPECT_EQ(box().params.toy.count, 3);
  EXPECT_EQ(box().params.under, nullptr);
  EXPECT_EQ(box("lid").params.toy.name, "doll");
  EXPECT_EQ(box("lid").params.under, &box());
}

TEST(ToyTables, KeepDefaultsAsJson) {
  EXPECT_EQ(kToyBoxClass.namespace_, "toys");
  EXPECT_EQ(kToyBoxClass.constructor[1].default_json, R"("a \"box\"")");
  EXPECT_EQ(kToyBoxClass.constructor[3].default_json, "1.5");
  EXPECT_EQ(kToyBoxClass.constructor[4].default_json, R"({"name": "ball"})");
  EXPECT_EQ(kToyBoxClass.constructor[5].default_json, "");
  EXPECT_TRUE(kToyBoxClass.constructor[5].optional);
  const ToyBoxParams params;
  EXPECT_EQ(params.label, "a \"box\"");
  EXPECT_EQ(params.size, ToySize::new_);
  EXPECT_EQ(params.weight, 1.5);
}

TEST(ToyTables, TellShapes) {
  const auto& sort = *kToyBoxClass.find_operation("sort");
  EXPECT_EQ(sort.parameters[1].type.shape, pipeline::Shape::list);
  EXPECT_EQ(sort.parameters[1].type.enumeration, &kToySizeEnum);
  EXPECT_EQ(sort.result.shape, pipeline::Shape::map);
  EXPECT_EQ(kToyRecord.members.size(), 6u);
  EXPECT_EQ(kToyRecord.module, "toys");
  EXPECT_EQ(kToyCarRecord.parent, &kToyThingRecord);
}

TEST_F(Toys, PropertiesMayHaveNamesOfKeywords) {
  must_call("box", "setTemplate", {"x"});
  EXPECT_EQ(text(must_call("box", "getTemplate")), "x");
}

TEST_F(Toys, ObjectsGoInAndOutInListsAndMaps) {
  const Value stack = must_call("box", "stack", {Array{"lid", "box"}, Value()});
  ASSERT_EQ(stack.array()->size(), 3u);
  EXPECT_EQ(text(stack.array()->at(0)), "lid");
  EXPECT_EQ(text(stack.array()->at(1)), "box");
  EXPECT_TRUE(stack.array()->at(2).is_null());

  EXPECT_TRUE(must_call("box", "getNeighbours").is_null());
  box().neighbours["left"] = &box("lid");
  EXPECT_EQ(text(must_call("box", "getNeighbours").object()->find("left")), "lid");
}

TEST_F(Toys, TheFirstFaultyReferenceIsTheError) {
  const auto lost = call("box", "stack", {Array{"lid", "gone", "pipe"}, "lost"});
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().message, "Object 'gone' not found");
  EXPECT_EQ(call("box", "stack", {Array{"pipe/a"}, Value()}).error().message,
            "'boxes' should be a ToyBox, but 'pipe/a' is a PassThrough");
  EXPECT_EQ(call("box", "stack", {Array{5}, Value()}).error().message,
            "'boxes' parameter should be a string");
  EXPECT_EQ(box().stacked, 0);
}

TEST_F(Toys, NumbersComeAsTheyMay) {
  const Value sum = must_call("box", "price", {1, object({{"a", 2}, {"b", 3.9}}), 0.5, Value()});
  EXPECT_EQ(*sum.real(), 3.5);
  EXPECT_FALSE(box().rounded);
  must_call("box", "price", {1, object({}), 1, 0});
  EXPECT_EQ(box().rounded, false);
}

// Its later operations wait, those of other objects do not.
TEST_F(Toys, AnOperationMayAnswerLaterAndTheNextWait) {
  std::vector<std::string> answered;
  const auto call_later = [&](const char* id, const char* operation, Arguments arguments) {
    registry.invoke(id, *kToyBoxClass.find_operation(operation), arguments, [&, id, operation](pipeline::ApiResult<Value> result) {
      answered.push_back(std::string(id) + " " + operation +
                         (result ? result->real() ? " " + std::to_string(static_cast<int>(*result->real())) : "" : " failed"));
    });
  };
  call_later("box", "wait", {"lid", 2.0});
  call_later("box", "setTemplate", {"x"});
  call_later("box", "wait", {"lid", 3.0});
  call_later("lid", "getTemplate", {});
  EXPECT_EQ(answered, (std::vector<std::string>{"lid getTemplate"}));
  EXPECT_EQ(box().template_text, "");
  ASSERT_EQ(box("lid").waiting.size(), 1u);
  box("lid").waiting[0](5);
  EXPECT_EQ(answered, (std::vector<std::string>{"lid getTemplate", "box wait 10", "box setTemplate"}));
  EXPECT_EQ(box().template_text, "x");
  box("lid").waiting[0](6);  // too late
  ASSERT_EQ(box("lid").waiting.size(), 2u);
  box("lid").waiting[1](1);
  EXPECT_EQ(answered.size(), 4u);
  EXPECT_EQ(answered.back(), "box wait 3");
}

TEST_F(Toys, WhatIsNotAnsweredIsAnsweredWhenTheObjectGoes) {
  std::vector<std::string> answered;
  const auto wait = [&] {
    registry.invoke("box", *kToyBoxClass.find_operation("wait"), {"lid", 2.0}, [&](pipeline::ApiResult<Value> result) {
      answered.push_back(result ? "answered" : result.error().message);
    });
  };
  wait();
  wait();
  const auto kept = box("lid").waiting;
  registry.release("box");
  EXPECT_EQ(answered, (std::vector<std::string>(2, "Object 'box' not found")));
  kept[0](1);
  EXPECT_EQ(answered.size(), 2u);
}

TEST_F(Toys, NoMoreOperationsWaitThanMay) {
  std::size_t refused = 0;
  for (std::size_t i = 0; i < 2 + pipeline::CallQueue::kMostWaiting; ++i) {
    registry.invoke("box", *kToyBoxClass.find_operation("wait"), {"lid", 2.0}, [&](pipeline::ApiResult<Value> result) {
      refused += !result && result.error().code == ErrorCode::NOT_ENOUGH_RESOURCES;
    });
  }
  EXPECT_EQ(refused, 1u);
}

TEST_F(Toys, APartOfTheCreationIsPrepared) {
  const Arguments arguments{"pipe", "mine", "new", 2, object({{"name", "car"}}), Value()};
  const auto prepared = kToyBoxClass.prepare(kToyBoxClass, "third", arguments);
  ASSERT_TRUE(prepared.ok());
  ASSERT_TRUE(registry.create(kToyBoxClass, "third", arguments, *prepared).ok());
  EXPECT_EQ(box("third").prepared, "prepared third");
  EXPECT_EQ(kToyBoxClass.prepare(kToyBoxClass, "fourth", {"pipe", "m", "new", -1.0, Value(), Value()}).error().message,
            "lighter than nothing");
}

TEST(ToyModules, ListWhatTheyHave) {
  const auto modules = control::module_list();
  const auto core = std::ranges::find(modules, "core", &pipeline::ModuleInfo::name);
  ASSERT_NE(core, modules.end());
  const auto has = [](const auto& list, std::string_view name) {
    return std::ranges::any_of(list, [&](const auto* each) { return each->name == name; });
  };
  EXPECT_TRUE(has(core->enumerations, "FilterType"));
  EXPECT_TRUE(has(core->records, "Tag"));
  EXPECT_TRUE(has(core->events, "Media"));
  EXPECT_FALSE(has(core->events, "Nothing"));
}

TEST_F(Toys, RecordsAndEnumerationsComeInLists) {
  const Value sorted = must_call(
      "box", "sort",
      {Array{object({{"name", "a"}}), object({{"name", "b"}})}, Array{"XX_LARGE", "SMALL"}, Array{}});
  EXPECT_EQ(text(sorted.object()->find("a")), "XX_LARGE");
  EXPECT_EQ(text(sorted.object()->find("b")), "SMALL");
}

TEST_F(Toys, RecordsOfSeveralTypesStayValues) {
  must_call("box", "sort", {Array{}, Array{}, Array{ToyCar{.colour = "red", .wheels = 4}.to_value()}});
  ASSERT_EQ(box().things.size(), 1u);
  EXPECT_EQ(box().things[0].object()->type, "ToyCar");
  const ToyCar car = ToyCar::from_value(box().things[0]);
  EXPECT_EQ(car.colour, "red");
  EXPECT_EQ(car.wheels, 4);
}

TEST(ToyRecords, SurviveTheWay) {
  const Toy toy{
      .name = "train", .size = ToySize::xx_large, .parts = {{1.5, true}}, .notes = {{"made", "1950"}}};
  const Value value = toy.to_value();
  EXPECT_EQ(value.object()->module, "toys");
  EXPECT_EQ(value.object()->find("count"), nullptr);
  const Toy again = Toy::from_value(value);
  EXPECT_EQ(again.name, "train");
  EXPECT_FALSE(again.count);
  EXPECT_EQ(again.size, ToySize::xx_large);
  ASSERT_EQ(again.parts.size(), 1u);
  EXPECT_EQ(again.parts[0].weight, 1.5);
  EXPECT_TRUE(again.parts[0].loose);
  EXPECT_EQ(again.notes.at("made"), "1950");
  EXPECT_EQ(Toy{}.to_value().object()->members.size(), 2u) << "its two names only";
}

TEST_F(Toys, EventsHoldRecordsAndObjects) {
  box().break_toy({.toy = {.name = "car"}, .box = &box("lid")});
  const Object& data = events.at(0).data;
  EXPECT_EQ(text(data.find("type")), "ToyBroken");
  EXPECT_EQ(text(data.find("box")), "lid");
  EXPECT_EQ(data.find("object"), nullptr);
  EXPECT_EQ(kToyBoxClass.find_event("ToyBreak"), events.at(0).info);
}

}  // namespace
}  // namespace kaskado::kmd_test
