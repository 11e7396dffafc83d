#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

class Transactions : public ControlTest {
 protected:
  static std::string operation(const std::string& id, const std::string& method, const std::string& params) {
    return (id.empty() ? "{" : R"({"id":)" + id + ",") + R"("jsonrpc":"2.0","method":")" + method +
           R"(","params":)" + params + "}";
  }
  Value run(const std::string& operations) {
    return call("transaction", R"({"operations":[)" + operations + "]}");
  }
  static const Array& responses(const Value& answer) {
    static const Array kNone;
    static Value value;
    value = at(answer, "result.value");
    return value.array() ? *value.array() : kNone;
  }
};

TEST_F(Transactions, RunOneOperationAfterTheOther) {
  const Value answer =
      run(operation("0", "create", R"({"type":"Tower"})") + "," +
          operation("1", "create", R"({"type":"Bell","constructorParams":{"tower":"newref:0"}})") + "," +
          operation("2", "invoke",
                    R"({"object":"newref:1","operation":"setSize","operationParams":{"size":9}})") +
          "," + operation("3", "invoke", R"({"object":"newref:1","operation":"getSize"})") + "," +
          operation("4", "release", R"({"object":"newref:0"})"));
  const Array list = responses(answer);
  ASSERT_EQ(list.size(), 5u);
  const std::string session_id = text(answer, "result.sessionId");
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(text(list[i], "id"), std::to_string(i));
    EXPECT_EQ(text(list[i], "jsonrpc"), "2.0");
    EXPECT_EQ(text(list[i], "result.sessionId"), session_id);
  }
  EXPECT_EQ(text(list[3], "result.value"), "9");
  EXPECT_FALSE(at(list[4], "result").object()->find("value"));
  EXPECT_EQ(backend.objects(), 0u);
}

TEST_F(Transactions, WaitForEachAnswer) {
  backend.is_held = true;
  const std::string operations = operation("0", "create", R"({"type":"Tower"})") + "," +
                                 operation("1", "invoke", R"({"object":"newref:0","operation":"getName"})");
  EXPECT_TRUE(run(operations).is_null());
  EXPECT_EQ(backend.waiting(), 1u);
  backend.run_next();
  EXPECT_EQ(backend.waiting(), 1u);
  backend.run_next();
  const Array list = responses(taken(kClient).at(0));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(text(list[0], "result.value"), text(list[1], "result.value"));
}

TEST_F(Transactions, MayBeEmptyAndWithoutIds) {
  EXPECT_EQ(text(run(""), "result.value"), "[]");
  const Array list = responses(run(operation("", "ping", "{}") + "," + operation("null", "ping", "{}")));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(text(list[1], "result.value"), "pong");
}

TEST_F(Transactions, StopAtTheFirstError) {
  const Array list = responses(run(operation("0", "ping", "{}") + "," + operation("1", "foo", "{}") + "," +
                                   operation("2", "create", R"({"type":"Tower"})")));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(error(list[1]), "-32601 Method not found.");
  EXPECT_EQ(text(list[1], "id"), "1");
  EXPECT_EQ(backend.objects(), 0u);
}

TEST_F(Transactions, AreCheckedBeforeTheyRun) {
  const std::string create = operation("0", "create", R"({"type":"Tower"})");
  const std::string malformed = "40008 MALFORMED_TRANSACTION ";
  EXPECT_EQ(error(call("transaction")), "-32000 'operations' parameter is required");
  EXPECT_EQ(error(call("transaction", R"({"operations":"x"})")),
            "-32000 'operations' parameter should be an array");
  EXPECT_EQ(error(run(operation("5", "ping", "{}"))), malformed + "Id of request '0' should be '0'");
  EXPECT_EQ(error(run(create + ",5")), malformed + "Operation '1' should be an object");
  EXPECT_EQ(error(run(create + "," + operation("2", "ping", "{}"))),
            malformed + "Id of request '1' should be '1'");
  EXPECT_EQ(error(run(create + "," + operation("1", "release", R"({"object":"newref:7"})"))),
            malformed + "Result not found on request 7");
  EXPECT_EQ(error(run(create + "," + operation("1", "release", R"({"object":"newref:1"})"))),
            malformed + "Result not found on request 1");
  EXPECT_EQ(error(run(create + "," + operation("1", "release", R"({"object":["newref:abc"]})"))),
            malformed + "Invalid index of newref 'abc'");
  EXPECT_EQ(backend.objects(), 0u);
}

TEST_F(Transactions, AReferenceToNothingIsTheOperationsOwnError) {
  const Array list = responses(run(operation("0", "create", R"({"type":"Tower"})") + "," +
                                   operation("1", "release", R"({"object":"newref:0"})") + "," +
                                   operation("2", "describe", R"({"object":"newref:1"})")));
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(error(list[2]), "40008 MALFORMED_TRANSACTION Result not found on request 1");
}

TEST_F(Transactions, NestWithReferencesOfTheirOwn) {
  const std::string inner = operation("0", "create", R"({"type":"Tower"})") + "," +
                            operation("1", "release", R"({"object":"newref:0"})");
  const Array list = responses(run(operation("0", "transaction", R"({"operations":[)" + inner + "]}")));
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(at(list[0], "result.value").array()->size(), 2u);
  EXPECT_EQ(backend.objects(), 0u);
}

TEST_F(Transactions, OfManyOperationsNeedNoDeepStack) {
  std::string operations = operation("0", "ping", "{}");
  for (int i = 1; i < 1000; ++i) operations += "," + operation(std::to_string(i), "ping", "{}");
  EXPECT_EQ(responses(run(operations)).size(), 1000u);
  EXPECT_EQ(error(run(operations + "," + operation("1000", "ping", "{}"))),
            "40008 MALFORMED_TRANSACTION A transaction may have at most 1000 operations");
}

TEST_F(Transactions, CannotMultiplyText) {
  const std::string bell = make_bell(make_tower());
  const std::string name(100'000, 'n');
  invoke(bell, "setName", R"({"name":")" + name + "\"}");
  std::string references = "\"newref:0\"";
  for (int i = 0; i < 100; ++i) references += ",\"newref:0\"";
  const Array list =
      responses(run(operation("0", "invoke", R"({"operation":"getName","object":")" + bell + "\"}") + "," +
                    operation("1", "ping", R"({"x":[)" + references + "]}")));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(error(list[1]), "40008 MALFORMED_TRANSACTION The references stand for too much text");
}

TEST_F(Transactions, CannotAnswerWithoutEnd) {
  const std::string bell = make_bell(make_tower());
  invoke(bell, "setName", R"({"name":")" + std::string(900'000, 'n') + "\"}");
  std::string operations;
  for (int i = 0; i < 20; ++i) {
    operations += (i ? "," : "") + operation(std::to_string(i), "invoke",
                                             R"({"operation":"getName","object":")" + bell + "\"}");
  }
  const Array list = responses(run(operations));
  ASSERT_EQ(list.size(), 6u);
  EXPECT_EQ(error(list[5]), "40009 NOT_ENOUGH_RESOURCES The transaction's answer is too long");
}

TEST_F(Transactions, StopWhenTheirDeadlineHasAnswered) {
  backend.is_held = true;
  run(operation("0", "create", R"({"type":"Tower"})") + "," +
      operation("1", "create", R"({"type":"Tower"})"));
  pass(61s);
  EXPECT_EQ(error(taken(kClient).at(0)), "40003 UNEXPECTED_ERROR The media server did not answer in time");
  backend.is_held = false;
  backend.run_all();
  EXPECT_EQ(backend.objects(), 1u);
}

}  // namespace
}  // namespace kaskado::control_test
