// A module from its directory to the answers and events of its filters, on a shard and an executor that run
// when the test says so.
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "control/api.hpp"
#include "control/module_catalog.hpp"
#include "elements/module_filter.hpp"
#include "pipeline/fixture.hpp"
#include "support/manual_executor.hpp"

namespace kaskado::elements {
namespace {

using namespace pipeline;
using Texts = std::vector<std::string>;

Object members(std::vector<std::pair<std::string, Value>> of) {
  return {"", "", std::move(of)};
}

class ModuleFilterTest : public pipeline::test::ShardTest {
 protected:
  ModuleFilterTest() {
    shard.reach_by([this](std::function<void(Shard&)> command) { commands.push_back(std::move(command)); });
    catalog.load({KASKADO_TOY_DIRECTORY},
                 {sdk::kAbi, &create_module_filter, &prepare_module_filter, &start_module_operation},
                 [&](std::string path, std::vector<const ClassInfo*> classes) {
                   return std::make_unique<const ModuleLibrary>(std::move(path), std::move(classes),
                                                                services);
                 });
    for (const pipeline::ModuleInfo& module : catalog.modules()) {
      if (module.name == "toy") dim = module.classes[0];
    }
  }
  void SetUp() override { ASSERT_NE(dim, nullptr) << catalog.refused().at(0); }
  ~ModuleFilterTest() override {
    shard.release_all();
    run();
  }

  // What runs on the strand, and what comes back to the shard.
  void run() {
    executor->run_all();
    while (!commands.empty()) {
      const auto command = std::move(commands.front());
      commands.pop_front();
      command(shard);
    }
  }
  ApiResult<void> make(int top, int steps) {
    const Arguments arguments{"pipe", members({{"top", top}, {"height", 2}}), steps};
    auto prepared = dim->prepare(*dim, "pipe/dim", arguments);
    if (!prepared) return std::move(prepared).error();
    stage = std::static_pointer_cast<HostedFilter>(*prepared)->stage;
    return shard.objects().create(*dim, "pipe/dim", arguments, *std::move(prepared));
  }
  void call(const std::string& operation, Arguments arguments = {}) {
    shard.objects().invoke("pipe/dim", *dim->find_operation(operation), arguments,
                           [this](ApiResult<Value> result) { answers.push_back(std::move(result)); });
  }
  ApiResult<Value> answer_to(const std::string& operation, Arguments arguments = {}) {
    answers.clear();
    call(operation, std::move(arguments));
    run();
    EXPECT_EQ(answers.size(), 1u);
    return answers.at(0);
  }

  const std::shared_ptr<kaskado::test::ManualExecutor> executor =
      std::make_shared<kaskado::test::ManualExecutor>();
  const FilterServices services{executor, [] { return base::Instant{}; },
                                [](std::string, std::function<void(sdk::Fetched)>) {}};
  std::deque<std::function<void(Shard&)>> commands;
  control::ModuleCatalog catalog{control::module_list()};
  const ClassInfo* dim = nullptr;
  std::shared_ptr<media::FilterStage> stage;  // of the element
  std::vector<ApiResult<Value>> answers;
};

TEST_F(ModuleFilterTest, OperationsAreAnsweredInTheirOrderByTheFilter) {
  ASSERT_TRUE(make(1, 5).ok());
  call("getSteps");
  call("setSteps", {9});
  call("getSteps");
  call("getId");
  EXPECT_TRUE(answers.empty());
  while (!commands.empty() || executor->waiting()) run();
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(*answers[0]->integer(), 5);
  EXPECT_TRUE(answers[1]->is_null());
  EXPECT_EQ(*answers[2]->integer(), 9);
  EXPECT_EQ(*answers[3]->string(), "pipe/dim");
}

TEST_F(ModuleFilterTest, ValuesHaveTheTypesOfTheDescriptor) {
  ASSERT_TRUE(make(1, 5).ok());
  const auto region = answer_to("getRegion");
  ASSERT_TRUE(region.ok());
  EXPECT_EQ(region->object()->type, "Region");
  EXPECT_EQ(region->object()->module, "toy");
  EXPECT_EQ(*region->object()->find("top")->integer(), 1);
  EXPECT_EQ(region->object()->find("label"), nullptr);
  EXPECT_EQ(*answer_to("add", {Value(Array{1, 2.5})})->real(), 3.5);
}

TEST_F(ModuleFilterTest, WhatAHandlerThrowsIsTheAnswer) {
  ASSERT_TRUE(make(1, 5).ok());
  const auto negative = answer_to("setSteps", {-1});
  EXPECT_EQ(negative.error().code, ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
  EXPECT_EQ(negative.error().message, "steps should not be negative");
  EXPECT_EQ(answer_to("setRegion", {members({{"top", -1}})}).error().code, ErrorCode::UNEXPECTED_ERROR);
  EXPECT_EQ(*answer_to("getSteps")->integer(), 5);
}

TEST_F(ModuleFilterTest, WhatTheConstructorThrowsIsTheCreationsError) {
  const auto made = make(1, -5);
  EXPECT_EQ(made.error().code, ErrorCode::MARSHALL_ERROR);
  EXPECT_EQ(made.error().message, "steps should not be negative");
  EXPECT_EQ(shard.objects().find("pipe/dim"), nullptr);
}

TEST_F(ModuleFilterTest, EventsComeWithWhatAllEventsHave) {
  ASSERT_TRUE(make(1, 5).ok());
  events.clear();
  EXPECT_TRUE(answer_to("announce").ok());
  ASSERT_EQ(events.size(), 1u);
  const Object& data = events[0].data;
  EXPECT_EQ(events[0].info, dim->find_event("Dimmed"));
  EXPECT_EQ(*data.find("type")->string(), "Dimmed");
  EXPECT_EQ(*data.find("source")->string(), "pipe/dim");
  EXPECT_EQ(*data.find("share")->real(), 1.0) << "a float, though the filter gave a whole number";
  EXPECT_EQ(data.find("region")->object()->type, "Region");
}

TEST_F(ModuleFilterTest, WhatGoesWrongOnTheWayIsAnErrorEvent) {
  ASSERT_TRUE(make(1, 5).ok());
  events.clear();
  stage->post([](sdk::Filter&) { throw std::runtime_error("the model is broken"); });
  run();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].info, &kErrorEvent);
  EXPECT_EQ(*events[0].data.find("description")->string(), "the model is broken");
}

TEST_F(ModuleFilterTest, PicturesGoThroughTheStage) {
  ASSERT_TRUE(make(0, 5).ok());
  EXPECT_TRUE(stage->wants_video());
  EXPECT_FALSE(stage->wants_audio());
  media::VideoFrame frame;
  frame.picture = std::make_shared<codec::Picture>(16, 16);
  stage->video_sink()->take(frame);
  run();
  EXPECT_EQ(*answer_to("getFrames")->integer(), 1);
}

TEST_F(ModuleFilterTest, WhatIsUnderWayWhenItGoesIsAnsweredAndNothingComesAfter) {
  ASSERT_TRUE(make(1, 5).ok());
  events.clear();
  call("announce");
  call("getSteps");
  shard.objects().release("pipe/dim");
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[1].error().code, ErrorCode::MEDIA_OBJECT_NOT_FOUND);
  run();
  EXPECT_EQ(answers.size(), 2u);
  EXPECT_TRUE(events.empty());
}

TEST_F(ModuleFilterTest, WithoutItsPipelineThereIsNone) {
  const Arguments arguments{"gone", members({{"top", 1}, {"height", 2}}), 5};
  const auto prepared = dim->prepare(*dim, "gone/dim", arguments);
  ASSERT_TRUE(prepared.ok());
  EXPECT_EQ(shard.objects().create(*dim, "gone/dim", arguments, *prepared).error().message,
            "Object 'gone' not found");
}

struct Broken {
  const char* library;
  const char* reason;
};
void PrintTo(const Broken& broken, std::ostream* out) {
  *out << broken.library;
}

class BrokenLibrary : public ModuleFilterTest, public testing::WithParamInterface<Broken> {};

TEST_P(BrokenLibrary, IsRefusedWithItsReason) {
  const std::string path = std::string(KASKADO_BROKEN_DIRECTORY) + "/" + GetParam().library;
  const ModuleLibrary library(path, {dim}, services);
  const auto found = library.find(*dim);
  ASSERT_FALSE(found.ok());
  const std::string reason = "The module " + path + " " + GetParam().reason;
  EXPECT_EQ(found.error().message.substr(0, reason.size()), reason) << found.error().message;
  EXPECT_EQ(library.find(*dim).error().message, found.error().message) << "again";
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenLibrary,
    testing::Values(
        Broken{"libnowhere.so", "cannot be loaded: "}, Broken{"../../build.ninja", "cannot be loaded: "},
        Broken{"libbroken-NO_ENTRY.so", "does not export kaskado_module_entry()"},
        Broken{"libbroken-OTHER_ABI.so", "was built for another ABI than 1"},
        Broken{"libbroken-MISSING_SYMBOL.so", "cannot be loaded: "},
        Broken{"libbroken-THROWING.so", "fails to register its classes: no licence"},
        Broken{"libbroken-DIFFERENT.so",
               "registers DimFilter with 0 parameters of its constructor, the descriptor has 2; it registers "
               "DimFilter.setRegion with 0 parameters, the descriptor has 1; it registers DimFilter.fly, "
               "which the "
               "descriptor has not; it has no handler for DimFilter.add; it has no handler for "
               "DimFilter.announce; it has no "
               "handler for DimFilter.getFrames; it has no handler for DimFilter.getRegion; it has no "
               "handler for "
               "DimFilter.setSteps; it registers BrightFilter, which the descriptor has not"}));

}  // namespace
}  // namespace kaskado::elements
