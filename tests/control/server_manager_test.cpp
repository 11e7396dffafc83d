#include "control/server_manager.hpp"

#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

class Manager : public ControlTest {
 protected:
  Value ask(const std::string& operation, const std::string& params = "{}") {
    return invoke("manager_ServerManager", operation, params);
  }
};

TEST_F(Manager, TellsOfTheServer) {
  EXPECT_EQ(
      text(ask("getInfo"), "result.value"),
      R"({"__module__":"kurento","__type__":"ServerInfo","version":"0.1.0","modules":[{"__module__":"kurento",)"
      R"("__type__":"ModuleInfo","version":"1.2.3","name":"toys","generationTime":"Jan 1 2026 00:00:00",)"
      R"("factories":["Bell","Tower"]}],"type":"KMS","capabilities":["transactions"]})");
  EXPECT_EQ(text(ask("getMetadata"), "result.value"), "");
  EXPECT_EQ(text(ask("getParent"), "result.value"), "null");
  EXPECT_EQ(text(ask("getChildren"), "result.value"), "[]");
  EXPECT_EQ(text(ask("getName"), "result.value"), "manager_ServerManager");
  EXPECT_EQ(text(ask("getCreationTime"), "result.value"), "1700000000");
  EXPECT_GE(*at(ask("getCpuCount"), "result.value").integer(), 1);
  EXPECT_GT(*at(ask("getUsedMemory"), "result.value").integer(), 1000);
}

TEST_F(Manager, ListsPipelinesAndSessions) {
  const std::string tower = make_tower();
  make_bell(tower);
  EXPECT_EQ(text(ask("getPipelines"), "result.value"), "[\"" + tower + "\"]");
  const std::string session_id = text(call("ping"), "result.sessionId");
  EXPECT_EQ(text(ask("getSessions"), "result.value"), "[\"" + session_id + "\"]");
  call("release", object(tower));
  EXPECT_EQ(text(ask("getPipelines"), "result.value"), "[]");
}

TEST_F(Manager, GivesDescriptors) {
  EXPECT_EQ(text(ask("getKmd", R"({"moduleName":"toys"})"), "result.value"),
            R"({"name":"toys","version":"1.2.3"})");
  const Value refused = ask("getKmd", R"({"moduleName":"kurento"})");
  EXPECT_EQ(text(refused, "error.code"), "40500");
  EXPECT_EQ(text(refused, "error.message"), "Requested kmd module doesn't exist");
  EXPECT_EQ(error(ask("getKmd")), "40001 MARSHALL_ERROR 'moduleName' parameter should be a string");
}

TEST_F(Manager, HasTagsAndAName) {
  ask("addTag", R"({"key":"k","value":"v"})");
  EXPECT_EQ(text(ask("getTags"), "result.value"),
            R"([{"__module__":"kurento","__type__":"Tag","key":"k","value":"v"}])");
  ask("setName", R"({"name":"me"})");
  EXPECT_EQ(text(ask("getName"), "result.value"), "me");
}

TEST_F(Manager, MeasuresWithoutWaiting) {
  pass(1s);
  for (const char* interval : {R"({"interval":1000})", R"({"interval":0})", R"({"interval":-5})", "{}"}) {
    const Value answer = ask("getUsedCpu", interval);
    ASSERT_TRUE(at(answer, "result.value").real()) << interval;
    EXPECT_GE(*at(answer, "result.value").real(), 0.0);
  }
}

TEST(CpuMeter, LooksBackAsFarAsItIsAsked) {
  control::CpuMeter meter;
  const base::Instant start{1h};
  EXPECT_EQ(meter.percent(start, 0s, 1s, 1), 0.0);
  meter.sample(start, 0s);
  meter.sample(start + 10s, 1s);      // 10 %
  meter.sample(start + 11s, 1500ms);  // 50 %
  EXPECT_DOUBLE_EQ(meter.percent(start + 12s, 2s, 1s, 1), 50.0);
  EXPECT_DOUBLE_EQ(meter.percent(start + 12s, 2s, 2s, 1), 50.0);
  EXPECT_DOUBLE_EQ(meter.percent(start + 12s, 2s, 12s, 1), 100.0 * 2 / 12);
  EXPECT_DOUBLE_EQ(meter.percent(start + 12s, 2s, 1h, 2), 50.0 * 2 / 12);
  EXPECT_EQ(meter.percent(start, 0s, 0s, 1), 0.0);
}

}  // namespace
}  // namespace kaskado::control_test
