// What one session may have and use.
#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

control::ControlSettings with(const control::SessionQuotas& quotas) {
  control::ControlSettings settings;
  settings.quotas = quotas;
  return settings;
}

class ObjectQuota : public ControlTest {
 protected:
  ObjectQuota() : ControlTest(with({.max_objects = 3, .max_pipelines = 2})) {}
  std::string refused_tower(ConnectionId connection = kClient) {
    return error(call_on(connection, "create", R"({"type":"Tower"})"));
  }
  std::string refused_bell(const std::string& tower) {
    return error(call("create", R"({"type":"Bell","constructorParams":{"tower":")" + tower + R"("}})"));
  }
};

TEST_F(ObjectQuota, BoundsPipelinesAndObjectsByName) {
  const std::string first = make_tower();
  make_tower();
  EXPECT_EQ(
      refused_tower(),
      "40009 NOT_ENOUGH_RESOURCES The session has as many pipelines as it may have (maxPipelines is 2)");
  make_bell(first);
  EXPECT_EQ(refused_bell(first),
            "40009 NOT_ENOUGH_RESOURCES The session has as many objects as it may have (maxObjects is 3)");
  EXPECT_EQ(backend.objects(), 3u);
}

TEST_F(ObjectQuota, GivesBackWhatIsReleased) {
  const std::string first = make_tower();
  const std::string second = make_tower();
  make_bell(first);
  call("release", object(first));
  EXPECT_TRUE(exists(make_tower()));
  EXPECT_TRUE(exists(make_bell(second)));
  EXPECT_NE(refused_bell(second).find("maxObjects"), std::string::npos);
}

TEST_F(ObjectQuota, CountsWhatIsOnItsWay) {
  backend.is_held = true;
  for (int i = 0; i < 3; ++i) exchange(kClient, request(100 + i, "create", R"({"type":"Tower"})"));
  EXPECT_EQ(backend.waiting(), 2u);
}

TEST_F(ObjectQuota, GivesBackWhatFails) {
  const std::string tower = make_tower();
  for (int i = 0; i < 10; ++i) {
    const std::string failed =
        error(call("create", R"({"type":"Bell","properties":{"size":-1},"constructorParams":{"tower":")" +
                                 tower + R"("}})"));
    EXPECT_EQ(failed, "40107 MEDIA_OBJECT_ILLEGAL_PARAM_ERROR Too small");
  }
  EXPECT_TRUE(exists(make_bell(tower)));
}

// The pipeline went before its element was made.
TEST_F(ObjectQuota, GivesBackWhatWasNeverMade) {
  const std::string tower = make_tower();
  backend.is_held = true;
  exchange(kClient,
           request(100, "create", R"({"type":"Bell","constructorParams":{"tower":")" + tower + R"("}})"));
  exchange(kClient, request(101, "release", object(tower)));
  backend.run_last();
  backend.run_all();
  backend.is_held = false;
  EXPECT_EQ(backend.objects(), 0u);
  const std::string next = make_tower();
  make_tower();
  EXPECT_TRUE(exists(make_bell(next)));
}

TEST_F(ObjectQuota, IsEachSessionsOwn) {
  make_tower();
  make_tower();
  connect(2);
  EXPECT_TRUE(refused_tower(2).starts_with("no error")) << refused_tower(2);
}

class RateQuota : public ControlTest {
 protected:
  RateQuota() : ControlTest(with({.max_requests_per_second = 10})) {}
};

TEST_F(RateQuota, BoundsRequestsASecond) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(text(call("ping"), "result.value"), "pong") << i;
  EXPECT_EQ(error(call("ping")),
            "40009 NOT_ENOUGH_RESOURCES This connection sends more requests than it may "
            "(maxRequestsPerSecond is 10)");
  pass(500ms);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(text(call("ping"), "result.value"), "pong") << i;
  EXPECT_NE(error(call("ping")).find("maxRequestsPerSecond"), std::string::npos);
  pass(1h);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(text(call("ping"), "result.value"), "pong") << "no more than a second's worth";
  EXPECT_NE(error(call("ping")).find("maxRequestsPerSecond"), std::string::npos);
}

TEST_F(RateQuota, BoundsASessionThatIsUsedOverManyConnections) {
  const std::string id = text(call("connect"), "result.sessionId");
  std::string last;
  for (ConnectionId connection = 2; connection < 20; ++connection) {
    connect(connection);
    last = error(call_on(connection, "ping", session(id)));
  }
  EXPECT_EQ(
      last,
      "40009 NOT_ENOUGH_RESOURCES This session sends more requests than it may (maxRequestsPerSecond is 10)");
}

TEST_F(RateQuota, CountsOperationsOfTransactionsAndRequestsOfBatches) {
  const std::string ping = R"({"id":0,"method":"ping","params":{}})";
  std::string operations;
  for (int i = 0; i < 10; ++i)
    operations += (i ? "," : "") + (R"({"id":)" + std::to_string(i)) + R"(,"method":"ping","params":{}})";
  EXPECT_TRUE(at(call("transaction", R"({"operations":[)" + operations + "]}"), "error").is_null());
  EXPECT_NE(error(call("ping")).find("maxRequestsPerSecond"), std::string::npos);
  pass(1h);
  std::string batch;
  for (int i = 0; i < 12; ++i) batch += (i ? "," : "[") + request(500 + i, "ping", "{}");
  const auto answers = exchange(kClient, batch + "]");
  ASSERT_EQ(answers.size(), 1u);
  int refused = 0;
  for (const Value& answer : *answers[0].array()) refused += !at(answer, "error").is_null();
  EXPECT_EQ(refused, 2);
}

TEST_F(RateQuota, RefusesWithoutDoingAnything) {
  for (int i = 0; i < 10; ++i) call("ping");
  EXPECT_NE(error(call("create", R"({"type":"Tower"})")).find("40009"), std::string::npos);
  EXPECT_EQ(backend.objects(), 0u);
  EXPECT_EQ(plane.sessions().size(), 0u);
}

class ByteQuota : public ControlTest {
 protected:
  ByteQuota() : ControlTest(with({.max_bytes_per_second = 1000})) {}
};

// A long message is let through once, and paid for.
TEST_F(ByteQuota, BoundsBytesASecond) {
  const std::string padding(4000, 'x');
  EXPECT_TRUE(at(call("ping", R"({"x":")" + padding + "\"}"), "error").is_null());
  EXPECT_EQ(
      error(call("ping")),
      "40009 NOT_ENOUGH_RESOURCES This connection sends more bytes than it may (maxBytesPerSecond is 1000)");
  pass(2s);
  EXPECT_NE(error(call("ping")).find("maxBytesPerSecond"), std::string::npos);
  pass(2s);
  EXPECT_TRUE(at(call("ping"), "error").is_null());
}

}  // namespace
}  // namespace kaskado::control_test
