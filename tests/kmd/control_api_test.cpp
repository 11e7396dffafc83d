#include <algorithm>
#include <gmock/gmock.h>

#include "control/api.hpp"
#include "fixture.hpp"

namespace kaskado::kmd_test {
namespace {

using namespace control;

class Manager : public pipeline::MediaObject, public ServerManagerApi {
 public:
  using MediaObject::MediaObject;
  template <typename T>
  using ApiResult = pipeline::ApiResult<T>;

  ApiResult<ServerInfo> get_info() override {
    return ServerInfo{.version = "1", .modules = {{.name = "core", .factories = {"PassThrough"}}}};
  }
  ApiResult<std::vector<std::string>> get_pipelines() override { return std::vector<std::string>{"p"}; }
  ApiResult<std::vector<std::string>> get_sessions() override { return std::vector<std::string>{}; }
  ApiResult<std::string> get_metadata() override { return std::string(); }
  ApiResult<std::string> get_kmd(std::string module) override { return module; }
  ApiResult<int> get_cpu_count() override { return 2; }
  ApiResult<double> get_used_cpu(int interval_ms) override { return interval_ms / 2.0; }
  ApiResult<std::int64_t> get_used_memory() override { return std::int64_t{1} << 33; }
};

class ControlApi : public ApiTest {
 protected:
  pipeline::ApiResult<Value> ask(const char* operation, Arguments arguments = {}) {
    return kServerManagerClass.find_operation(operation)->run(manager, arguments);
  }
  Manager manager{pipeline::Construction{registry, nullptr, "manager_ServerManager", &kServerManagerClass},
                  nullptr};
};

TEST_F(ControlApi, KnowsObjectsByTheirIds) {
  EXPECT_EQ(text(ask("getPipelines").value().array()->at(0)), "p");
  EXPECT_EQ(text(ObjectCreated{.object = "pipe"}.members().find("object")), "pipe");
}

TEST_F(ControlApi, AnswersNumbersAndRecords) {
  EXPECT_EQ(*ask("getUsedCpu", {Value(1000)}).value().real(), 500.0);
  EXPECT_EQ(*ask("getUsedMemory").value().integer(), std::int64_t{1} << 33);
  const Value info = std::move(ask("getInfo")).value();
  EXPECT_EQ(info.object()->type, "ServerInfo");
  EXPECT_EQ(text(info.object()->find("type")), "KMS");
  const Object& module = *info.object()->find("modules")->array()->at(0).object();
  EXPECT_EQ(module.type, "ModuleInfo");
  EXPECT_EQ(text(module.find("factories")->array()->at(0)), "PassThrough");
}

TEST(ControlEvents, OfTheServerHaveNoType) {
  const Object destroyed = ObjectDestroyed{.object_id = "pipe"}.members();
  ASSERT_EQ(destroyed.members.size(), 1u);
  EXPECT_EQ(text(destroyed.find("objectId")), "pipe");
}

TEST(ControlTables, OnlyTheServerMakesItsManager) {
  EXPECT_EQ(kServerManagerClass.create, nullptr);
}

std::vector<std::string> names(std::span<const pipeline::ClassInfo* const> classes) {
  std::vector<std::string> names;
  for (const pipeline::ClassInfo* info : classes) names.emplace_back(info->name);
  return names;
}

TEST(ControlModules, SpreadOverTheRooms) {
  const auto modules = module_list();
  ASSERT_EQ(modules.size(), 3u);
  EXPECT_EQ(modules[0].name, "core");
  EXPECT_THAT(names(modules[0].classes),
              testing::IsSupersetOf({"MediaObject", "PassThrough", "ServerManager"}));
  const auto elements = std::ranges::find(modules, "elements", &pipeline::ModuleInfo::name);
  ASSERT_NE(elements, modules.end());
  EXPECT_THAT(names(elements->classes), testing::Contains("WebRtcEndpoint"));
  EXPECT_THAT(elements->kmd_json, testing::HasSubstr("\"OnIceCandidate\""));
  EXPECT_THAT(elements->kmd_json, testing::Not(testing::HasSubstr("twins")));
  // What is beyond Kurento.
  const auto own = std::ranges::find(modules, "kaskado", &pipeline::ModuleInfo::name);
  ASSERT_NE(own, modules.end());
  EXPECT_THAT(names(own->classes), testing::UnorderedElementsAre("ActiveSpeakerDetector", "LayerPreference"));
}

}  // namespace
}  // namespace kaskado::kmd_test
