#include "control/json_rpc.hpp"

#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

using JsonRpc = ControlTest;

std::string one(const std::vector<Value>& answers) {
  return answers.size() == 1 ? control::write_json(answers[0]) : std::to_string(answers.size()) + " answers";
}

const std::string kInvalid =
    R"({"id":null,"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid JSON-RPC request."}})";

TEST_F(JsonRpc, EchoesTheIdAsItCame) {
  for (const char* id : {"1", "-5", "1.5", "\"abc\"", "\"\"", "true", "false"}) {
    EXPECT_EQ(one(exchange(kClient, std::string(R"({"jsonrpc":"2.0","method":"ping","id":)") + id + "}")),
              std::string(R"({"id":)") + id + R"(,"jsonrpc":"2.0","result":{"value":"pong"}})");
  }
}

TEST_F(JsonRpc, RefusesWhatIsNoRequest) {
  for (const char* message :
       {"null", "true", "42", "\"x\"", "{}", R"({"id":1,"method":"ping"})",
        R"({"jsonrpc":"1.0","id":1,"method":"ping"})", R"({"jsonrpc":2.0,"id":1,"method":"ping"})",
        R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"method":5})",
        R"({"jsonrpc":"2.0","id":1,"result":{}})", R"({"jsonrpc":"2.0","id":{},"method":"ping"})",
        R"({"jsonrpc":"2.0","id":[],"method":"ping"})"}) {
    EXPECT_EQ(one(exchange(kClient, message)), kInvalid) << message;
  }
}

TEST_F(JsonRpc, AnswersBadJsonAndGoesOn) {
  for (const std::string& message :
       {std::string("{"), std::string(), std::string("xyz"), std::string(100'000, '['),
        std::string(R"({"jsonrpc":"2.0","id":1,"method":"ping"} x)")}) {
    const auto answers = exchange(kClient, message);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(text(answers[0], "error.code"), "-32700");
    EXPECT_EQ(text(answers[0], "id"), "null");
    EXPECT_TRUE(text(answers[0], "error.message").starts_with("Parse error: "))
        << text(answers[0], "error.message");
  }
  EXPECT_EQ(text(call("ping"), "result.value"), "pong");
}

TEST_F(JsonRpc, TellsThatAMethodIsUnknown) {
  EXPECT_EQ(error(call("foo")), "-32601 Method not found.");
  EXPECT_EQ(error(call("")), "-32601 Method not found.");
}

TEST_F(JsonRpc, AnswersANotificationAsKurentoDoes) {
  EXPECT_EQ(one(exchange(kClient, R"({"jsonrpc":"2.0","method":"ping"})")),
            R"({"id":null,"jsonrpc":"2.0","error":{"code":-32000,"data":{"value":"pong"},)"
            R"("message":"Ignoring response because of a notification request"}})");
  EXPECT_EQ(one(exchange(kClient, R"({"jsonrpc":"2.0","method":"foo","id":null})")),
            R"({"id":null,"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found."}})");
}

TEST_F(JsonRpc, ChecksParams) {
  for (const char* method : {"create", "invoke", "describe", "ref", "unref", "release", "subscribe",
                             "unsubscribe", "transaction"}) {
    EXPECT_EQ(error(call(method, "null")), "-32602 INVALID_PARAMS 'params' is required") << method;
    EXPECT_EQ(error(call(method, "[1]")), "-32602 INVALID_PARAMS 'params' should be an object") << method;
  }
  EXPECT_EQ(error(call("ping", "\"x\"")), "-32602 INVALID_PARAMS 'params' should be an object");
}

TEST_F(JsonRpc, AnswersABatchWithABatch) {
  const auto answers = exchange(kClient, R"([{"jsonrpc":"2.0","id":1,"method":"ping"},5,
                                             {"jsonrpc":"2.0","id":"b","method":"foo"}])");
  ASSERT_EQ(answers.size(), 1u);
  const Array* batch = answers[0].array();
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->size(), 3u);
  EXPECT_EQ(text((*batch)[0], "result.value"), "pong");
  EXPECT_EQ(control::write_json((*batch)[1]), kInvalid);
  EXPECT_EQ(error((*batch)[2]), "-32601 Method not found.");
  EXPECT_EQ(text((*batch)[2], "id"), "b");
}

TEST_F(JsonRpc, ABatchWaitsForItsLastAnswer) {
  const std::string tower = make_tower();
  backend.is_held = true;
  const std::string create = R"({"jsonrpc":"2.0","id":1001,"method":"create","params":{"type":"Tower"}})";
  EXPECT_TRUE(exchange(kClient, "[" + create + R"(,{"jsonrpc":"2.0","id":1002,"method":"ping"}])").empty());
  backend.run_all();
  const auto answers = taken(kClient);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(text((*answers[0].array())[0], "id"), "1001");
  EXPECT_EQ(text((*answers[0].array())[1], "result.value"), "pong");
}

TEST_F(JsonRpc, RefusesAnEmptyOrEndlessBatch) {
  EXPECT_EQ(one(exchange(kClient, "[]")), kInvalid);
  std::string batch = "[0";
  for (int i = 0; i < 500; ++i) batch += ",0";
  EXPECT_EQ(one(exchange(kClient, batch + "]")), kInvalid);
}

TEST_F(JsonRpc, MembersOfParamsAreRequiredByName) {
  const std::string tower = make_tower();
  EXPECT_EQ(error(call("create")), "-32000 'type' parameter is required");
  EXPECT_EQ(error(call("describe")), "-32000 'object' parameter is required");
  EXPECT_EQ(error(call("subscribe", object(tower))), "-32000 'type' parameter is required");
  EXPECT_EQ(error(call("unsubscribe", object(tower))), "-32000 'subscription' parameter is required");
  EXPECT_EQ(error(call("invoke", object(tower))), "-32000 'operation' parameter is required");
  EXPECT_EQ(error(call("invoke", R"({"object":")" + tower + R"(","operation":{}})")),
            "-32000 'operation' parameter should be a string");
  EXPECT_EQ(error(call("describe", R"({"object":[]})")), "-32000 'object' parameter should be a string");
  EXPECT_EQ(error(call("describe", R"({"object":"nope","sessionId":{}})")),
            "40101 MEDIA_OBJECT_NOT_FOUND Object 'nope' not found");
  EXPECT_EQ(error(call("keepAlive", R"({"sessionId":{}})")),
            "-32000 'sessionId' parameter should be a string");
}

}  // namespace
}  // namespace kaskado::control_test
