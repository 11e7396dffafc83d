// Repeated, late and waiting requests.
#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

constexpr ConnectionId kOther = 2;

class Requests : public ControlTest {
 protected:
  Requests() { session_id = text(call("connect"), "result.sessionId"); }
  std::string create(const std::string& id, const std::string& extra = "") const {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"create","params":{"type":"Tower","sessionId":")" +
           session_id + "\"" + extra + "}}";
  }
  std::string session_id;
};

TEST_F(Requests, ThatAreRepeatedAreAnsweredButNotRunAgain) {
  const auto first = exchange(kClient, create("5"));
  const auto second = exchange(kClient, create("5"));
  EXPECT_EQ(text(second.at(0), "result.value"), text(first.at(0), "result.value"));
  EXPECT_EQ(backend.objects(), 1u);
  const auto as_text = exchange(kClient, create("\"5\""));
  EXPECT_EQ(text(as_text.at(0), "result.value"), text(first.at(0), "result.value"));
  EXPECT_EQ(text(as_text.at(0), "id"), "5");
  EXPECT_TRUE(at(as_text.at(0), "id").string());
  EXPECT_EQ(backend.objects(), 1u);
}

TEST_F(Requests, ThatOnlyShareAnIdAreRun) {
  const auto first = exchange(kClient, create("5"));
  const auto other_params = exchange(kClient, create("5", R"(,"constructorParams":{})"));
  EXPECT_NE(text(other_params.at(0), "result.value"), text(first.at(0), "result.value"));
  const auto other_method = exchange(kClient, R"({"jsonrpc":"2.0","id":5,"method":"ping"})");
  EXPECT_EQ(text(other_method.at(0), "result.value"), "pong");
  connect(kOther);
  call_on(kOther, "connect");
  exchange(kOther, R"({"jsonrpc":"2.0","id":5,"method":"create","params":{"type":"Tower"}})");
  EXPECT_EQ(backend.objects(), 3u);
}

TEST_F(Requests, AreRememberedForTwentySeconds) {
  exchange(kClient, create("5"));
  pass(19s);
  exchange(kClient, create("5"));
  EXPECT_EQ(backend.objects(), 1u);
  pass(1s);
  exchange(kClient, create("5"));
  EXPECT_EQ(backend.objects(), 2u);
}

TEST_F(Requests, ThatFailedAreRememberedToo) {
  const std::string bad = R"({"jsonrpc":"2.0","id":6,"method":"create","params":{"type":"Nope"}})";
  EXPECT_EQ(error(exchange(kClient, bad).at(0)), error(exchange(kClient, bad).at(0)));
}

TEST_F(Requests, RepeatedOnANewConnectionWhileTheyRunGetTheAnswer) {
  backend.is_held = true;
  EXPECT_TRUE(exchange(kClient, create("5")).empty());
  disconnect(kClient);
  connect(kOther);
  call_on(kOther, "connect", session(session_id));
  EXPECT_TRUE(exchange(kOther, create("5")).empty());
  EXPECT_EQ(backend.waiting(), 1u);
  backend.run_all();
  const auto answers = taken(kOther);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(text(answers[0], "result.value").substr(36), "_toys.Tower");
  EXPECT_EQ(backend.objects(), 1u);
}

TEST_F(Requests, AreRepeatedOnlyWhereTheirParametersAreTheSame) {
  std::size_t made = 0;
  for (const char* other : {"null",
                            "false",
                            "true",
                            "0",
                            "1",
                            "0.0",
                            "1.0",
                            R"("")",
                            R"("0")",
                            R"("null")",
                            "[]",
                            "[[]]",
                            "{}",
                            "[0,1]",
                            "[1,0]",
                            "[[0],1]",
                            "[[0,1]]",
                            R"({"a":0})",
                            R"({"b":0})",
                            R"({"a":{}})",
                            R"({"a":0,"b":1})",
                            R"({"a":1,"b":0})",
                            R"({"b":1,"a":0})",
                            R"({"a":{"b":0}})"}) {
    const std::string create = request(7, "create", std::string(R"({"type":"Tower","other":)") + other + "}");
    const auto first = exchange(kClient, create);
    EXPECT_EQ(backend.objects(), ++made) << other;
    EXPECT_EQ(text(first.at(0), "result.value").substr(36), "_toys.Tower");
    EXPECT_EQ(text(exchange(kClient, create).at(0), "result.value"), text(first.at(0), "result.value"));
    EXPECT_EQ(backend.objects(), made) << other;
  }
}

TEST_F(Requests, AreNotRememberedWhereThatIsSwitchedOff) {
  control::ControlSettings forgetful;
  forgetful.remember_requests = false;
  control::ControlPlane other(forgetful, {backend, outlet, random, {now, {}}, kToyModules, "", ""});
  other.connected(kClient, now);
  for (int i = 0; i < 3; ++i) other.receive(kClient, request(1, "create", R"({"type":"Tower"})"), now);
  EXPECT_EQ(backend.objects(), 3u);
}

TEST_F(Requests, MayOvertakeEachOther) {
  const std::string tower = make_tower();
  backend.is_held = true;
  exchange(kClient, request(101, "create", R"({"type":"Tower"})"));
  exchange(kClient, request(102, "invoke", R"({"operation":"getName","object":")" + tower + "\"}"));
  EXPECT_EQ(text(exchange(kClient, request(103, "ping", "{}")).at(0), "id"), "103");
  backend.run_last();
  EXPECT_EQ(text(taken(kClient).at(0), "id"), "102");
  backend.run_last();
  EXPECT_EQ(text(taken(kClient).at(0), "id"), "101");
}

TEST_F(Requests, ThatTakeTooLongAreAnsweredForTheShard) {
  backend.is_held = true;
  exchange(kClient, request(101, "create", R"({"type":"Tower"})"));
  pass(59s);
  EXPECT_TRUE(taken(kClient).empty());
  pass(1s);
  EXPECT_EQ(error(taken(kClient).at(0)), "40003 UNEXPECTED_ERROR The media server did not answer in time");
  backend.is_held = false;
  backend.run_all();
  EXPECT_TRUE(taken(kClient).empty());
  EXPECT_EQ(backend.objects(), 0u) << "what was made too late must be taken back";
  EXPECT_EQ(plane.objects().size(), 1u);
}

TEST_F(Requests, ThatWaitAreBoundedByConnection) {
  backend.is_held = true;
  outlet.sent.clear();
  const std::size_t limit = control::ControlSettings{}.max_unanswered_per_connection;
  for (std::size_t i = 0; i < limit; ++i) {
    plane.receive(kClient, request(1000 + static_cast<int>(i), "create", R"({"type":"Tower"})"), now);
  }
  EXPECT_TRUE(outlet.sent.empty());
  EXPECT_EQ(error(call("create", R"({"type":"Tower"})")),
            "40009 NOT_ENOUGH_RESOURCES Too many requests of this connection wait for answers");
  connect(kOther);
  EXPECT_EQ(text(call_on(kOther, "ping"), "result.value"), "pong");
  backend.is_held = false;
  backend.run_all();
  taken(kClient);
  EXPECT_EQ(text(call("ping"), "result.value"), "pong");
}

TEST(RequestCache, ForgetsTheOldestWhenFull) {
  control::RequestCache cache;
  base::Instant now{1h};
  control::Deliver ignore = [](const std::string&) {};
  for (std::size_t i = 0; i < control::RequestCache::kMaxEntries + 1; ++i) {
    EXPECT_FALSE(cache.repeats(std::to_string(i), 1, now, ignore));
    cache.answered(std::to_string(i), 1, "x");
  }
  EXPECT_EQ(cache.size(), control::RequestCache::kMaxEntries);
  EXPECT_TRUE(cache.repeats("1", 1, now, ignore));
  EXPECT_FALSE(cache.repeats("0", 1, now, ignore));
}

TEST(RequestCache, IsBoundedInBytes) {
  control::RequestCache cache;
  base::Instant now{1h};
  control::Deliver ignore = [](const std::string&) {};
  const std::string big(control::RequestCache::kMaxBytes * 2 / 5, 'x');
  for (const char* key : {"a", "b", "c"}) {
    cache.repeats(key, 1, now, ignore);
    cache.answered(key, 1, big);
  }
  EXPECT_LE(cache.bytes(), control::RequestCache::kMaxBytes);
  EXPECT_EQ(cache.size(), 2u);
  cache.repeats("d", 1, now, ignore);
  cache.answered("d", 1, std::string(control::RequestCache::kMaxBytes * 2, 'x'));
  EXPECT_EQ(cache.size(), 2u);
}

}  // namespace
}  // namespace kaskado::control_test
