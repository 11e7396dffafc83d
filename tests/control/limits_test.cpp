// The machine's limits, and the end of a server that is drained.
#include "control/configuration.hpp"
#include "tests/control/fixture.hpp"
#include "tests/control/temporary_directory.hpp"

namespace kaskado::control_test {
namespace {

class Limits : public ControlTest {
 protected:
  static control::ControlSettings settings_of_limits() {
    control::ControlSettings settings;
    settings.resources = {.exception_limit = 0.8, .kill_limit = 0.5, .memory_budget_bytes = 100 << 20};
    return settings;
  }
  Limits() : ControlTest(settings_of_limits()) {}
  std::string refused_with(control::Resources taken) {
    used = taken;
    pass(1s);
    return error(call("create", R"({"type":"Tower"})"));
  }
};

TEST_F(Limits, RefuseObjectsNearTheEndOfFilesThreadsAndMemory) {
  EXPECT_EQ(refused_with({801, 1, 1}),
            "40009 NOT_ENOUGH_RESOURCES Too many open files: 801 of 1000 (exceptionLimit is 0.8)");
  EXPECT_EQ(refused_with({1, 81, 1}),
            "40009 NOT_ENOUGH_RESOURCES Too many threads: 81 of 100 (exceptionLimit is 0.8)");
  EXPECT_EQ(refused_with({1, 1, 90 << 20}),
            "40009 NOT_ENOUGH_RESOURCES Too much memory: 90 of 100 MiB (exceptionLimit is 0.8)");
  EXPECT_TRUE(refused_with({800, 80, 80 << 20}).starts_with("no error"));
}

TEST_F(Limits, LetWhatIsThereGoOn) {
  const std::string tower = make_tower();
  used = {999, 99, 1 << 30};
  pass(1s);
  EXPECT_TRUE(at(invoke(tower, "getName"), "error").is_null());
  EXPECT_TRUE(at(call("release", object(tower)), "error").is_null());
}

TEST_F(Limits, EndTheServerWithItsLastPipelineBeyondKillLimit) {
  const std::string first = make_tower();
  const std::string second = make_tower();
  used = {501, 1, 1};
  pass(1s);
  call("release", object(first));
  EXPECT_TRUE(ended.empty());
  call("release", object(second));
  EXPECT_EQ(ended, std::vector<control::End>{control::End::out_of_resources});
}

TEST_F(Limits, LetTheServerGoOnBelowKillLimit) {
  used = {500, 50, 50 << 20};
  call("release", object(make_tower()));
  EXPECT_TRUE(ended.empty());
}

TEST(ResourceWatch, MeasuresThisProcess) {
  const control::Resources one = control::resources_in_use();
  EXPECT_GT(one.files, 2);
  EXPECT_GE(one.threads, 1);
  EXPECT_GT(one.memory_bytes, 1 << 20);
  const int copy = dup(0);
  EXPECT_EQ(control::resources_in_use().files, one.files + 1);
  close(copy);
  EXPECT_GT(control::resource_limits().files, 0);
}

class Drain : public ControlTest {};

TEST_F(Drain, TakesNoNewPipelinesAndEndsWithTheLast) {
  const std::string tower = make_tower();
  EXPECT_EQ(text(call("kaskado.drain"), "result.pipelines"), "1");
  EXPECT_EQ(error(call("create", R"({"type":"Tower"})")),
            "40009 NOT_ENOUGH_RESOURCES The server is draining and takes no new pipelines");
  EXPECT_TRUE(exists(make_bell(tower))) << "the old ones still get what they need";
  pass(1h);
  EXPECT_TRUE(ended.empty());
  call("release", object(tower));
  pass(1s);
  EXPECT_EQ(ended, std::vector<control::End>{control::End::drained});
  pass(1s);
  EXPECT_EQ(ended.size(), 1u) << "told once";
}

TEST_F(Drain, EndsAtOnceWhereThereIsNothing) {
  plane.drain(now);
  EXPECT_EQ(ended, std::vector<control::End>{control::End::drained});
}

TEST_F(Drain, WaitsForPipelinesThatAreBeingMade) {
  backend.is_held = true;
  exchange(kClient, request(1, "create", R"({"type":"Tower"})"));
  plane.drain(now);
  pass(1s);
  EXPECT_TRUE(ended.empty());
  backend.run_all();
  EXPECT_EQ(taken(kClient).size(), 1u);
}

TEST_F(Drain, IsOverWhenSessionsThatWereLeftAreCollected) {
  make_tower();
  disconnect(kClient);
  plane.drain(now);
  pass(241s);
  pass(1s);
  EXPECT_EQ(ended, std::vector<control::End>{control::End::drained});
}

TEST(LimitSettings, AreRead) {
  const TemporaryDirectory directory;
  const auto load = [&](const std::string& text) {
    return control::load_configuration(
        directory.write("kurento.conf.json", R"({"mediaServer":{)" + text + "}}"), "", {});
  };
  const auto all = load(R"("resources": {"exceptionLimit": "0.5", "killLimit": 0.9, "memoryBudget": 512},
    "sessions": {"maxObjects": 100, "maxPipelines": 2, "maxBytesPerSecond": 1000, "maxRequestsPerSecond": 50, "isolated": true})");
  ASSERT_TRUE(all.ok()) << all.error().message;
  EXPECT_TRUE(all->warnings.empty()) << all->warnings[0];
  EXPECT_DOUBLE_EQ(all->control.resources.exception_limit, 0.5);
  EXPECT_DOUBLE_EQ(all->control.resources.kill_limit, 0.9);
  EXPECT_EQ(all->control.resources.memory_budget_bytes, 512 << 20);
  EXPECT_EQ(all->control.quotas.max_objects, 100u);
  EXPECT_EQ(all->control.quotas.max_pipelines, 2u);
  EXPECT_EQ(all->control.quotas.max_bytes_per_second, 1000u);
  EXPECT_EQ(all->control.quotas.max_requests_per_second, 50u);
  EXPECT_TRUE(all->control.isolate_sessions);
  const auto wrong = load(R"("resources": {"exceptionLimit": 1.5})");
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().message.find("exceptionLimit is 1.5; allowed are numbers from 0"),
            std::string::npos)
      << wrong.error().message;
}

}  // namespace
}  // namespace kaskado::control_test
