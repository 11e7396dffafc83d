#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

constexpr ConnectionId kOther = 2;

class Events : public ControlTest {
 protected:
  std::string subscribe_on(ConnectionId connection, const std::string& object, const std::string& type) {
    return text(call_on(connection, "subscribe", R"({"object":")" + object + R"(","type":")" + type + "\"}"),
                "result.value");
  }
  std::string subscribe(const std::string& object, const std::string& type) {
    return subscribe_on(kClient, object, type);
  }
  std::vector<Value> ring() {
    return exchange(kClient,
                    request(++last_id, "invoke", R"({"operation":"ring","object":")" + bell + "\"}"));
  }

  const std::string tower = make_tower();
  const std::string bell = make_bell(tower);
};

TEST_F(Events, ComeBeforeTheAnswerToTheCallThatCausedThem) {
  EXPECT_EQ(subscribe(bell, "Rang").size(), 36u);
  const auto messages = ring();
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(
      control::write_json(messages[0]),
      R"({"jsonrpc":"2.0","method":"onEvent","params":{"value":{"data":{"times":1,"source":")" + bell +
          R"(","tags":[],"timestamp":"1700000000","timestampMillis":"1700000000123","type":"Rang"},"object":")" +
          bell + R"(","type":"Rang"}}})");
  EXPECT_EQ(text(messages[1], "result.value"), "null");
}

TEST_F(Events, GoToThoseWhoHaveSubscribedOnly) {
  EXPECT_EQ(ring().size(), 1u);
  subscribe(make_bell(tower), "Rang");
  EXPECT_EQ(ring().size(), 1u);
}

TEST_F(Events, HaveTwinsEachWithItsOwnSubscription) {
  subscribe(bell, "OnRing");
  const auto one = ring();
  ASSERT_EQ(one.size(), 2u);
  EXPECT_EQ(text(one[0], "params.value.type"), "OnRing");
  EXPECT_EQ(text(one[0], "params.value.data.type"), "OnRing");
  subscribe(bell, "Rang");
  const auto both = ring();
  ASSERT_EQ(both.size(), 3u);
  EXPECT_EQ(text(both[0], "params.value.type"), "OnRing");
  EXPECT_EQ(text(both[1], "params.value.data.type"), "Rang");
}

TEST_F(Events, ComeOnceHoweverOftenASessionHasSubscribed) {
  const std::string first = subscribe(bell, "Rang");
  const std::string second = subscribe(bell, "Rang");
  EXPECT_NE(first, second);
  EXPECT_EQ(ring().size(), 2u);
  call("unsubscribe", R"({"object":")" + bell + R"(","subscription":")" + first + "\"}");
  EXPECT_EQ(ring().size(), 2u);
  call("unsubscribe", R"({"object":")" + bell + R"(","subscription":")" + second + "\"}");
  EXPECT_EQ(ring().size(), 1u);
  for (const std::string& object : {bell, std::string("nope")}) {
    EXPECT_TRUE(
        at(call("unsubscribe", R"({"object":")" + object + R"(","subscription":"x"})"), "error").is_null());
  }
}

TEST_F(Events, GoToEverySession) {
  connect(kOther);
  subscribe(bell, "Rang");
  subscribe_on(kOther, bell, "Rang");
  outlet.sent.clear();
  plane.receive(kClient, request(++last_id, "invoke", R"({"operation":"ring","object":")" + bell + "\"}"),
                now);
  ASSERT_EQ(outlet.sent.size(), 3u);
  EXPECT_EQ(outlet.sent[0].first, kClient);
  EXPECT_EQ(outlet.sent[1].first, kOther);
  EXPECT_EQ(outlet.sent[0].second, outlet.sent[1].second);
}

TEST_F(Events, FollowTheSessionToItsConnection) {
  subscribe(bell, "Rang");
  const std::string id = text(call("ping"), "result.sessionId");
  disconnect(kClient);
  connect(kOther);
  call_on(kOther, "connect", session(id));
  const auto messages =
      exchange(kOther, request(900, "invoke", R"({"operation":"ring","object":")" + bell + "\"}"));
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(text(messages[0], "params.value.type"), "Rang");
}

TEST_F(Events, ForASessionWithoutAConnectionAreLostAndCounted) {
  subscribe(bell, "Rang");
  connect(kOther);
  disconnect(kClient);
  EXPECT_EQ(call_on(kOther, "invoke", R"({"operation":"ring","object":")" + bell + "\"}").is_null(), false);
  EXPECT_EQ(plane.events().lost(), 1u);
}

TEST_F(Events, OfUnknownNamesAreRefused) {
  const auto refused = [&](const std::string& params) { return error(call("subscribe", params)); };
  EXPECT_EQ(refused(R"({"object":")" + bell + R"(","type":"Foo"})"),
            "40106 MEDIA_OBJECT_EVENT_NOT_SUPPORTED Event 'Foo' not supported");
  EXPECT_EQ(refused(R"({"object":")" + bell + R"(","type":5})"),
            "40106 MEDIA_OBJECT_EVENT_NOT_SUPPORTED Event '5' not supported");
  EXPECT_EQ(refused(R"({"object":"nope","type":"Rang"})"),
            "40101 MEDIA_OBJECT_NOT_FOUND Object 'nope' not found");
}

TEST_F(Events, TellOfObjectsThatComeAndGo) {
  subscribe("manager_ServerManager", "ObjectCreated");
  subscribe("manager_ServerManager", "ObjectDestroyed");
  events.clear();
  const std::string other = make_bell(tower);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(
      control::write_json(at(events[0], "params.value")),
      R"({"data":{"object":")" + other +
          R"(","source":"manager_ServerManager","tags":[],"timestamp":"1700000000","timestampMillis":"1700000000000"},)"
          R"("object":"manager_ServerManager","type":"ObjectCreated"})");
  events.clear();
  call("release", object(tower));
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(text(events[0], "params.value.type"), "ObjectDestroyed");
  EXPECT_EQ(text(events[2], "params.value.data.objectId"), tower);
  EXPECT_TRUE(at(events[2], "params.value.data.type").is_null());
}

TEST_F(Events, StopWithTheirSession) {
  connect(kOther);
  subscribe_on(kOther, bell, "Rang");
  const std::string id = text(call_on(kOther, "ping"), "result.sessionId");
  call_on(kOther, "closeSession", session(id));
  ring();
  EXPECT_EQ(plane.events().delivered() + plane.events().lost(), 0u);
}

TEST(Subscriptions, AreBoundedAndForgotten) {
  control::Subscriptions all;
  for (std::size_t i = 0; i < control::Subscriptions::kMaxPerObject; ++i) {
    ASSERT_TRUE(all.add("o", {std::to_string(i), i, &kRangEvent, kRangEvent.name}));
  }
  EXPECT_FALSE(all.add("o", {"x", 1, &kRangEvent, kRangEvent.name}));
  EXPECT_TRUE(all.add("p", {"x", 1, &kRangEvent, kRangEvent.name}));
  EXPECT_EQ(all.to("o", kRangEvent).size(), control::Subscriptions::kMaxPerObject);
  all.remove_session(1);
  EXPECT_TRUE(all.to("p", kRangEvent).empty());
  all.remove_object("o");
  EXPECT_EQ(all.size(), 0u);
}

}  // namespace
}  // namespace kaskado::control_test
