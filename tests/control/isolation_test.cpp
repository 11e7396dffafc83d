// Sessions that are kept apart: each finds its own objects, and hears of no other.
#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

constexpr ConnectionId kOther = 2;
constexpr const char* kManager = "manager_ServerManager";

class Isolation : public ControlTest {
 protected:
  static control::ControlSettings isolated() {
    control::ControlSettings isolating;
    isolating.isolate_sessions = true;
    return isolating;
  }
  explicit Isolation(const control::ControlSettings& chosen = isolated()) : ControlTest(chosen) {
    connect(kOther);
  }

  static std::string not_found(const std::string& id) {
    return "40101 MEDIA_OBJECT_NOT_FOUND Object '" + id + "' not found";
  }
  static std::string invocation(const std::string& id, const std::string& operation) {
    return R"({"object":")" + id + R"(","operation":")" + operation + R"(","operationParams":{}})";
  }
  static std::string subscription(const std::string& id, const std::string& type) {
    return R"({"object":")" + id + R"(","type":")" + type + "\"}";
  }

  const std::string tower = make_tower();
  const std::string bell = make_bell(tower);
};

TEST_F(Isolation, HidesObjectsAsIfThereWereNone) {
  for (const std::string& id : {tower, bell}) {
    EXPECT_EQ(error(call_on(kOther, "invoke", invocation(id, "getName"))), not_found(id));
    EXPECT_EQ(error(call_on(kOther, "describe", object(id))), not_found(id));
    EXPECT_EQ(error(call_on(kOther, "ref", object(id))), not_found(id));
  }
  EXPECT_EQ(error(call_on(kOther, "subscribe", subscription(bell, "Rang"))), not_found(bell));
  EXPECT_TRUE(at(invoke(bell, "ring"), "error").is_null()) << "its own goes on";
}

TEST_F(Isolation, TakesNoOtherSessionsObjectsAsParameters) {
  const std::string create = R"({"type":"Bell","constructorParams":{"tower":")" + tower + R"("}})";
  const std::string refused = error(call_on(kOther, "create", create));
  EXPECT_TRUE(refused.starts_with("40101 MEDIA_OBJECT_NOT_FOUND")) << refused;
  EXPECT_EQ(backend.objects(), 2u);
}

TEST_F(Isolation, ReleasesNothingOfOthers) {
  EXPECT_TRUE(at(call_on(kOther, "release", object(tower)), "error").is_null()) << "as of what is not there";
  EXPECT_TRUE(at(call_on(kOther, "unref", object(tower)), "error").is_null());
  EXPECT_TRUE(exists(tower));
  EXPECT_TRUE(at(call("release", object(tower)), "error").is_null());
  EXPECT_FALSE(exists(tower));
}

TEST_F(Isolation, EndsNoSubscriptionsOfOthers) {
  const std::string id = text(call("subscribe", subscription(bell, "Rang")), "result.value");
  call_on(kOther, "unsubscribe", R"({"object":")" + bell + R"(","subscription":")" + id + "\"}");
  EXPECT_EQ(exchange(kClient, request(90, "invoke", invocation(bell, "ring"))).size(), 2u);
}

TEST_F(Isolation, HoldsInTransactions) {
  const std::string operations =
      R"({"operations":[{"id":0,"method":"invoke","params":)" + invocation(tower, "getName") + "}]}";
  const Value answer = call_on(kOther, "transaction", operations);
  EXPECT_NE(control::write_json(answer).find("40101"), std::string::npos) << control::write_json(answer);
}

TEST_F(Isolation, TellsOfOwnPipelinesAndOfTheOwnSessionAlone) {
  const std::string theirs = text(call_on(kOther, "create", R"({"type":"Tower"})"), "result.value");
  EXPECT_EQ(text(invoke(kManager, "getPipelines"), "result.value"), "[\"" + tower + "\"]");
  EXPECT_EQ(text(call_on(kOther, "invoke", invocation(kManager, "getPipelines")), "result.value"),
            "[\"" + theirs + "\"]");
  const Value sessions = call_on(kOther, "invoke", invocation(kManager, "getSessions"));
  EXPECT_EQ(text(sessions, "result.value"), "[\"" + text(sessions, "result.sessionId") + "\"]");
}

TEST_F(Isolation, TellsOfOwnObjectsComingAndGoingAlone) {
  call("subscribe", subscription(kManager, "ObjectCreated"));
  call("subscribe", subscription(kManager, "ObjectDestroyed"));
  outlet.sent.clear();
  plane.receive(kOther, request(91, "create", R"({"type":"Tower"})"), now);
  EXPECT_TRUE(taken(kClient).empty());
  make_tower();
  ASSERT_EQ(events.size(), 1u);
  call("release", object(tower));
  EXPECT_EQ(events.size(), 3u) << "the bell's end and the tower's";
}

TEST_F(Isolation, GoesWithTheSessionToAnotherConnection) {
  const std::string id = text(call("connect"), "result.sessionId");
  const std::string with_session = invocation(tower, "getName");
  const std::string named =
      with_session.substr(0, with_session.size() - 1) + R"(,"sessionId":")" + id + "\"}";
  EXPECT_TRUE(at(call_on(kOther, "invoke", named), "error").is_null()) << "who knows the session's id has it";
  disconnect(kClient);
  call_on(kOther, "connect", session(id));
  EXPECT_TRUE(at(call_on(kOther, "invoke", invocation(tower, "getName")), "error").is_null());
}

TEST_F(Isolation, LetsNoClientDrainTheServer) {
  EXPECT_EQ(error(call_on(kOther, "kaskado.drain")),
            "-32000 Sessions are isolated here: only SIGUSR1 drains this server");
  EXPECT_TRUE(exists(make_tower()));
}

class NoIsolation : public Isolation {
 protected:
  NoIsolation() : Isolation({}) {}
};

TEST_F(NoIsolation, SharesEverything) {
  EXPECT_TRUE(at(call_on(kOther, "invoke", invocation(tower, "getName")), "error").is_null());
  call("subscribe", subscription(kManager, "ObjectCreated"));
  outlet.sent.clear();
  plane.receive(kOther, request(91, "create", R"({"type":"Tower"})"), now);
  EXPECT_EQ(taken(kClient).size(), 1u);
}

}  // namespace
}  // namespace kaskado::control_test
