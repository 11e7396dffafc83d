#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

constexpr ConnectionId kOther = 2;

class Sessions : public ControlTest {
 protected:
  std::string open(ConnectionId connection) {
    return text(call_on(connection, "connect"), "result.sessionId");
  }
};

const std::string kInvalidSession = "40007 INVALID_SESSION Invalid session";

TEST_F(Sessions, ConnectOpensOneAndTellsTheServer) {
  const Value answer = call("connect", "null");
  EXPECT_EQ(text(answer, "result.sessionId").size(), 36u);
  EXPECT_EQ(text(answer, "result.serverId").size(), 36u);
  connect(kOther);
  const Value other = call_on(kOther, "connect");
  EXPECT_EQ(text(other, "result.serverId"), text(answer, "result.serverId"));
  EXPECT_NE(text(other, "result.sessionId"), text(answer, "result.sessionId"));
}

TEST_F(Sessions, ConnectWithoutOneKeepsTheConnectionsOwn) {
  const std::string id = open(kClient);
  EXPECT_EQ(open(kClient), id);
  EXPECT_EQ(text(call("connect", session(id)), "result.sessionId"), id);
  EXPECT_EQ(plane.sessions().size(), 1u);
}

TEST_F(Sessions, ConnectRefusesUnknownOnes) {
  for (const char* id : {"\"nope\"", "\"\"", "5", "true"}) {
    EXPECT_EQ(error(call("connect", std::string(R"({"sessionId":)") + id + "}")), kInvalidSession) << id;
  }
  EXPECT_EQ(plane.sessions().size(), 0u);
}

TEST_F(Sessions, AnyRequestOpensOneWhereThereIsNone) {
  const Value created = call("create", R"({"type":"Tower"})");
  const std::string id = text(created, "result.sessionId");
  EXPECT_EQ(text(call("describe", object(text(created, "result.value"))), "result.sessionId"), id);
  EXPECT_EQ(text(call("keepAlive", "null"), "result.sessionId"), id);
  EXPECT_EQ(text(call("ping"), "result.sessionId"), id);
}

TEST_F(Sessions, ABadRequestOpensNone) {
  call("create", R"({"type":"Nope"})");
  call("describe", object("nope"));
  call("ping");
  call("keepAlive");
  EXPECT_EQ(plane.sessions().size(), 0u);
  EXPECT_TRUE(at(call("ping"), "result.sessionId").is_null());
}

TEST_F(Sessions, ConnectMovesOneToAnotherConnection) {
  const std::string tower = make_tower();
  const std::string id = text(call("ping"), "result.sessionId");
  connect(kOther);
  EXPECT_EQ(text(call_on(kOther, "connect", session(id)), "result.sessionId"), id);
  EXPECT_TRUE(at(call("ping"), "result.sessionId").is_null());
  const std::string fresh = text(call("describe", object(tower)), "result.sessionId");
  EXPECT_NE(fresh, id);
  EXPECT_EQ(text(call_on(kOther, "ping"), "result.sessionId"), id);
}

TEST_F(Sessions, NamingAnothersSessionUsesItButDoesNotTakeIt) {
  const std::string id = open(kClient);
  connect(kOther);
  EXPECT_EQ(
      text(call_on(kOther, "create", R"({"type":"Tower","sessionId":")" + id + "\"}"), "result.sessionId"),
      id);
  EXPECT_EQ(text(call("ping"), "result.sessionId"), id);
  EXPECT_TRUE(at(call_on(kOther, "ping"), "result.sessionId").is_null());
}

TEST_F(Sessions, NamingAnAbandonedSessionTakesIt) {
  const std::string id = open(kClient);
  disconnect(kClient);
  connect(kOther);
  call_on(kOther, "keepAlive", session(id));
  EXPECT_EQ(text(call_on(kOther, "ping"), "result.sessionId"), id);
}

TEST_F(Sessions, WhatAlwaysSucceedsEchoesAnUnknownSession) {
  const std::string tower = make_tower();
  for (const char* method : {"unref", "release", "unsubscribe"}) {
    const Value answer = call(method, R"({"object":"x","subscription":"y","sessionId":"zzz"})");
    EXPECT_EQ(text(answer, "result.sessionId"), "zzz") << method;
  }
  EXPECT_EQ(text(call("unref", R"({"object":")" + tower + R"(","sessionId":"zzz"})"), "result.sessionId"),
            "zzz");
  EXPECT_TRUE(exists(tower));
  EXPECT_EQ(text(call("ping", R"({"sessionId":"nope"})"), "result.sessionId"), "nope");
  EXPECT_EQ(text(call("ping", R"({"sessionId":5})"), "result.sessionId"), "5");
  EXPECT_NE(text(call("ping"), "result.sessionId"), "nope");
}

TEST_F(Sessions, WhatNeedsOneRefusesAnUnknownOne) {
  const std::string tower = make_tower();
  const std::string params = R"("sessionId":"zzz","object":")" + tower + "\"";
  EXPECT_EQ(error(call("describe", "{" + params + "}")), kInvalidSession);
  EXPECT_EQ(error(call("ref", "{" + params + "}")), kInvalidSession);
  EXPECT_EQ(error(call("invoke", "{\"operation\":\"getName\"," + params + "}")), kInvalidSession);
  EXPECT_EQ(error(call("create", R"({"type":"Tower","sessionId":"zzz"})")), kInvalidSession);
  EXPECT_EQ(error(call("transaction", R"({"operations":[],"sessionId":"zzz"})")), kInvalidSession);
  EXPECT_EQ(error(call("keepAlive", session("zzz"))), kInvalidSession);
  EXPECT_EQ(backend.objects(), 1u);
}

TEST_F(Sessions, KeepAliveAndCloseSessionNeedOne) {
  EXPECT_EQ(error(call("keepAlive")), "-32000 'sessionId' parameter is required");
  EXPECT_EQ(error(call("closeSession")), "-32000 'sessionId' parameter is required");
}

TEST_F(Sessions, CloseSessionEndsItWhateverItReleases) {
  for (const char* release : {"", R"(,"release":false)", R"(,"release":true)"}) {
    const std::string tower = make_tower();
    const std::string id = text(call("ping"), "result.sessionId");
    const std::string close = R"({"sessionId":")" + id + "\"" + release + "}";
    EXPECT_EQ(control::write_json(at(call("closeSession", close), "result")), "null");
    EXPECT_EQ(error(call("connect", session(id))), kInvalidSession);
    EXPECT_EQ(error(call("keepAlive", session(id))), kInvalidSession);
    EXPECT_TRUE(at(call("closeSession", close), "error").is_null());
    EXPECT_TRUE(at(call("ping"), "result.sessionId").is_null());
    EXPECT_FALSE(exists(tower)) << release;
  }
  EXPECT_EQ(backend.objects(), 0u);
}

TEST_F(Sessions, CloseSessionWithReleaseTakesItsObjectsFromOthersToo) {
  const std::string tower = make_tower();
  const std::string id = text(call("ping"), "result.sessionId");
  connect(kOther);
  call_on(kOther, "ref", object(tower));
  call("closeSession", R"({"release":true,"sessionId":")" + id + "\"}");
  EXPECT_FALSE(exists(tower));
}

TEST_F(Sessions, CloseSessionWithReleaseLeavesWhatOthersHaveMade) {
  const std::string tower = make_tower();
  connect(kOther);
  const std::string bell =
      text(call_on(kOther, "create", R"({"type":"Bell","constructorParams":{"tower":")" + tower + "\"}}"),
           "result.value");
  const std::string id = text(call_on(kOther, "ping"), "result.sessionId");
  call_on(kOther, "closeSession", R"({"release":true,"sessionId":")" + id + "\"}");
  EXPECT_FALSE(exists(bell));
  EXPECT_TRUE(exists(tower));
}

TEST_F(Sessions, AnOpenConnectionKeepsItsSession) {
  const std::string tower = make_tower();
  for (int i = 0; i < 100; ++i) pass(60s);
  EXPECT_TRUE(exists(tower));
}

TEST_F(Sessions, AnAbandonedSessionIsCollectedAfterThePeriod) {
  const std::string tower = make_tower();
  const std::string bell = make_bell(tower);
  disconnect(kClient);
  pass(239s);
  EXPECT_TRUE(exists(bell));
  pass(1s);
  EXPECT_FALSE(exists(bell));
  EXPECT_FALSE(exists(tower));
  EXPECT_EQ(backend.objects(), 0u);
  EXPECT_EQ(plane.sessions().size(), 0u);
}

TEST_F(Sessions, AReconnectedSessionIsNotCollected) {
  const std::string tower = make_tower();
  const std::string id = text(call("ping"), "result.sessionId");
  disconnect(kClient);
  pass(239s);
  connect(kOther);
  call_on(kOther, "connect", session(id));
  for (int i = 0; i < 10; ++i) pass(60s);
  EXPECT_TRUE(exists(tower));
}

TEST_F(Sessions, AStolenSessionOutlivesTheConnectionItCameFrom) {
  const std::string tower = make_tower();
  const std::string id = text(call("ping"), "result.sessionId");
  connect(kOther);
  call_on(kOther, "connect", session(id));
  disconnect(kClient);
  pass(300s);
  EXPECT_TRUE(exists(tower));
}

TEST_F(Sessions, KeepAliveFromElsewhereKeepsAnAbandonedSession) {
  const std::string tower = make_tower();
  const std::string id = text(call("ping"), "result.sessionId");
  disconnect(kClient);
  pass(200s);
  connect(kOther);
  call_on(kOther, "keepAlive", session(id));
  disconnect(kOther);
  pass(200s);
  EXPECT_TRUE(exists(tower));
  pass(40s);
  EXPECT_FALSE(exists(tower));
}

TEST_F(Sessions, WithoutObjectsMakeRoomForNewOnes) {
  const std::string tower = make_tower();
  disconnect(kClient);
  constexpr std::size_t kMost = control::SessionTable::kMaxSessions;
  for (ConnectionId connection = 2; connection <= kMost; ++connection) {
    connect(connection);
    call_on(connection, "connect");
    if (connection > 2) disconnect(connection);
  }
  EXPECT_EQ(plane.sessions().size(), kMost);
  constexpr ConnectionId kNext = kMost + 1;
  connect(kNext);
  EXPECT_EQ(open(kNext).size(), 36u);
  EXPECT_EQ(plane.sessions().size(), kMost);
  EXPECT_TRUE(exists(tower));
  EXPECT_FALSE(at(call_on(2, "ping"), "result.sessionId").is_null());
}

}  // namespace
}  // namespace kaskado::control_test
