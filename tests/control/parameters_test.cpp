#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

// Each case as recorded from Kurento: what is given for a parameter of `echo`, and what comes of it.
struct Case {
  const char* parameter;
  const char* given;
  const char* bound;  // its JSON, or the error's message
};

class Parameters : public ControlTest {
 protected:
  Parameters() {
    tower = make_tower();
    bell = make_bell(tower);
  }
  std::string bound(const std::string& parameter, const std::string& given) {
    const Value answer = invoke(bell, "echo", "{\"" + parameter + "\":" + given + "}");
    if (!at(answer, "error").is_null()) return text(answer, "error.message");
    const Value values = at(answer, "result.value");
    for (std::size_t i = 0; i < std::size(kEverything); ++i) {
      if (kEverything[i].name == parameter) return control::write_json((*values.array())[i]);
    }
    return "no such parameter";
  }
  std::string tower, bell;
};

constexpr Case kCases[] = {
    {"text", R"("a")", R"("a")"},
    {"text", "5", R"("5")"},
    {"text", "1.5", R"("1.5")"},
    {"text", "true", R"("true")"},
    {"text", "null", R"("")"},
    {"text", "[]", "'text' parameter should be a string"},
    {"text", "{}", "'text' parameter should be a string"},
    {"flag", "true", "true"},
    {"flag", "1", "true"},
    {"flag", "0", "false"},
    {"flag", "0.5", "true"},
    {"flag", "null", "false"},
    {"flag", R"("x")", "'flag' parameter should be a boolean"},
    {"flag", R"("true")", "'flag' parameter should be a boolean"},
    {"flag", "[]", "'flag' parameter should be a boolean"},
    {"number", "-1", "-1"},
    {"number", "640.5", "640"},
    {"number", "-640.5", "-640"},
    {"number", "true", "1"},
    {"number", "null", "0"},
    {"number", "2147483647", "2147483647"},
    {"number", "2147483648", "'number' parameter should be a integer"},
    {"number", "1e20", "'number' parameter should be a integer"},
    {"number", R"("5")", "'number' parameter should be a integer"},
    {"big", "9223372036854775807", "9223372036854775807"},
    {"big", "9223372036854775808", "'big' parameter should be a integer"},
    {"big", "-9223372036854775808", "-9223372036854775808"},
    {"real", "2", "2.0"},
    {"real", "0.1", "0.1"},
    {"real", "null", "0.0"},
    {"real", R"("x")", "'real' parameter should be a double"},
    {"tone", R"("HIGH")", R"("HIGH")"},
    {"tone", R"("high")", "Invalid value for 'Tone'"},
    {"tone", "5", "Invalid value for 'Tone'"},
    {"tone", "null", "Invalid value for 'Tone'"},
    {"tone", "{}", "'tone' parameter should be a string"},
    {"caps", R"({"tone":"LOW","weight":2,"more":1})",
     R"({"__module__":"toys","__type__":"Caps","tone":"LOW","weight":2})"},
    {"caps", R"({"tone":"LOW","weight":2,"note":3})",
     R"({"__module__":"toys","__type__":"Caps","tone":"LOW","weight":2,"note":"3"})"},
    {"caps", R"("x")", "'caps' parameter should be a object"},
    {"caps", "[]", "'caps' parameter should be a object"},
    {"caps", "{}", "'tone' property should be a string"},
    {"caps", "null", "'tone' property should be a string"},
    {"caps", R"({"tone":"FOO"})", "Invalid value for 'Tone'"},
    {"caps", R"({"tone":"LOW"})", "'weight' property should be a integer"},
    {"caps", R"({"tone":"LOW","weight":"x"})", "'weight' property should be a integer"},
    {"bell", R"("nope")", "Object 'nope' not found"},
    {"bell", "5", "Object '5' not found"},
    {"bell", "null", "Object '' not found"},
    {"bell", "{}", "'bell' parameter should be a string"},
    {"bell", R"("manager_ServerManager")", "'bell' parameter should be a Bell, not a ServerManager"},
    {"list", R"(["a",2])", R"(["a","2"])"},
    {"list", "null", "[]"},
    {"list", R"("a")", "'list' parameter should be a list"},
    {"list", "[[]]", "'list' items should be a string"},
    {"map", R"({"a":1,"b":2.5})", R"({"a":1,"b":2})"},
    {"map", R"({"a":"x"})", "'map' items should be a integer"},
    {"map", "[]", "'map' parameter should be a object"},
    {"preset", "8", "8"},
};

TEST_F(Parameters, AreTakenForWhatKurentoTakesThemFor) {
  for (const Case& c : kCases)
    EXPECT_EQ(bound(c.parameter, c.given), c.bound) << c.parameter << " = " << c.given;
}

TEST_F(Parameters, ThatWereNotGivenAreNullOrTheirDefault) {
  EXPECT_EQ(control::write_json(at(invoke(bell, "echo"), "result.value")),
            "[null,null,null,null,null,null,null,null,null,null,7]");
}

TEST_F(Parameters, ThatAreRequiredAreNamedInTheirOrder) {
  EXPECT_EQ(error(invoke(bell, "demand")), "40001 MARSHALL_ERROR 'text' parameter should be a string");
  EXPECT_EQ(error(invoke(bell, "demand", R"({"text":"a"})")),
            "40001 MARSHALL_ERROR 'caps' parameter should be a object");
  EXPECT_EQ(error(invoke(bell, "demand", R"("x")")), "40001 MARSHALL_ERROR 'operationParams' is required");
  EXPECT_EQ(error(invoke(bell, "demand", "null")),
            "40001 MARSHALL_ERROR 'text' parameter should be a string");
}

TEST_F(Parameters, OfAnOperationWithoutAnyAreIgnored) {
  for (const char* params : {"null", "{\"x\":1}", "\"x\""}) {
    EXPECT_EQ(text(invoke(bell, "getSize", params), "result.value"), "3") << params;
  }
}

TEST_F(Parameters, ThatAreObjectsMustBeOfTheRightClassAndPipeline) {
  const std::string other_tower = make_tower();
  const std::string stranger = make_bell(other_tower);
  const std::string sister = make_bell(tower);
  EXPECT_EQ(text(invoke(bell, "pair", R"({"other":")" + sister + "\"}"), "result.value"), "null");
  EXPECT_EQ(error(invoke(bell, "pair", R"({"other":")" + stranger + "\"}")),
            "40004 CONNECT_ERROR Media elements do not share pipeline");
  EXPECT_EQ(error(invoke(bell, "pair", R"({"other":")" + tower + "\"}")),
            "40001 MARSHALL_ERROR 'other' parameter should be a Bell, not a Tower");
}

}  // namespace
}  // namespace kaskado::control_test
