#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

constexpr ConnectionId kOther = 2;
using Objects = ControlTest;

TEST_F(Objects, IdsTellFamilyAndClass) {
  const std::string tower = make_tower();
  EXPECT_EQ(tower.substr(36), "_toys.Tower");
  const std::string bell = make_bell(tower);
  EXPECT_EQ(bell.substr(0, tower.size() + 1), tower + "/");
  EXPECT_EQ(bell.substr(tower.size() + 37), "_toys.Bell");
  EXPECT_EQ(text(invoke(bell, "getParent"), "result.value"), tower);
}

TEST_F(Objects, CreateFindsClassesByBothNames) {
  EXPECT_EQ(text(call("create", R"({"type":"toys.Tower","constructorParams":{"foo":1}})"), "result.value")
                .substr(36),
            "_toys.Tower");
  for (const char* type :
       {"\"kurento.Tower\"", "\"tower\"", "\"MediaObject\"", "\"\"", "5", "\"ServerManager\""}) {
    const std::string name = control::write_json(json(type));
    EXPECT_TRUE(error(call("create", std::string(R"({"type":)") + type + "}"))
                    .starts_with("40108 MEDIA_OBJECT_NOT_AVAILABLE Factory '"))
        << type;
  }
}

TEST_F(Objects, CreateChecksItsParameters) {
  const auto create_bell = [&](const std::string& params) {
    return error(call("create", R"({"type":"Bell")" + params + "}"));
  };
  EXPECT_EQ(create_bell(""), "40001 MARSHALL_ERROR 'constructorParams' is required");
  EXPECT_EQ(create_bell(R"(,"constructorParams":[])"),
            "40001 MARSHALL_ERROR 'constructorParams' should be an object");
  EXPECT_EQ(create_bell(R"(,"constructorParams":{})"),
            "40001 MARSHALL_ERROR 'tower' parameter should be a string");
  EXPECT_EQ(create_bell(R"(,"constructorParams":{"tower":{}})"),
            "40001 MARSHALL_ERROR 'tower' parameter should be a string");
  EXPECT_EQ(create_bell(R"(,"constructorParams":{"tower":5})"),
            "40101 MEDIA_OBJECT_NOT_FOUND Object '5' not found");
  EXPECT_EQ(create_bell(R"(,"constructorParams":{"tower":null})"),
            "40101 MEDIA_OBJECT_NOT_FOUND Object '' not found");
  EXPECT_EQ(error(call("create", R"({"type":"Tower","constructorParams":[]})")),
            "40001 MARSHALL_ERROR 'constructorParams' should be an object");
  const std::string bell = make_bell(make_tower());
  EXPECT_EQ(create_bell(R"(,"constructorParams":{"tower":")" + bell + "\"}"),
            "40001 MARSHALL_ERROR 'tower' parameter should be a Tower, not a Bell");
}

class Properties : public ControlTest {
 protected:
  Value create(const std::string& properties) {
    return call("create", R"({"type":"Bell","constructorParams":{"tower":")" + tower + R"("},"properties":)" +
                              properties + "}");
  }
  const std::string tower = make_tower();
};

TEST_F(Properties, AreSetAfterCreation) {
  const std::string bell = text(create(R"({"size":12,"name":"big"})"), "result.value");
  EXPECT_EQ(text(invoke(bell, "getSize"), "result.value"), "12");
  EXPECT_EQ(text(invoke(bell, "getName"), "result.value"), "big");
  EXPECT_TRUE(at(create("{}"), "error").is_null());
  EXPECT_TRUE(at(create("null"), "error").is_null());
}

TEST_F(Properties, AreCheckedBeforeAnythingIsMade) {
  EXPECT_EQ(error(create(R"({"size":"x"})")), "40001 MARSHALL_ERROR 'size' parameter should be a integer");
  EXPECT_EQ(error(create(R"({"nope":1})")),
            "40001 MARSHALL_ERROR 'nope' is no property of Bell that can be set");
  EXPECT_EQ(error(create(R"({"":1})")), "40001 MARSHALL_ERROR '' is no property of Bell that can be set");
  EXPECT_EQ(error(create("[]")), "40001 MARSHALL_ERROR 'properties' should be an object");
  EXPECT_EQ(backend.objects(), 1u);
}

TEST_F(Properties, ThatTheObjectRefusesTakeItBack) {
  EXPECT_EQ(error(create(R"({"size":-1})")), "40107 MEDIA_OBJECT_ILLEGAL_PARAM_ERROR Too small");
  EXPECT_EQ(backend.objects(), 1u);
  EXPECT_EQ(plane.objects().size(), 2u);  // the tower and the manager
}

TEST_F(Objects, InvokeTellsWhatIsMissing) {
  const std::string bell = make_bell(make_tower());
  EXPECT_EQ(error(invoke("nope", "ring")), "40101 MEDIA_OBJECT_NOT_FOUND Object 'nope' not found");
  EXPECT_EQ(error(invoke(bell, "")), "40008 MALFORMED_TRANSACTION Method '' with 0 parameters not found");
  EXPECT_EQ(error(invoke(bell, "Ring", R"({"a":1})")),
            "40008 MALFORMED_TRANSACTION Method 'Ring' with 1 parameters not found");
  EXPECT_EQ(error(invoke(bell, "getTag", R"({"key":"x"})")),
            "40110 MEDIA_OBJECT_TAG_KEY_NOT_FOUND Tag key not found");
}

TEST_F(Objects, InvokeAnswersNullForNothing) {
  const std::string bell = make_bell(make_tower());
  const Value answer = invoke(bell, "setSize", R"({"size":4})");
  EXPECT_TRUE(at(answer, "result").object()->find("value"));
  EXPECT_EQ(text(answer, "result.value"), "null");
}

TEST_F(Objects, DescribeTellsTheHierarchy) {
  const Value answer = call("describe", object(make_bell(make_tower())));
  EXPECT_EQ(text(answer, "result.type"), "Bell");
  EXPECT_EQ(text(answer, "result.qualifiedType"), "toys.Bell");
  EXPECT_EQ(text(answer, "result.hierarchy"), R"(["kurento.MediaObject"])");
}

TEST_F(Objects, ReleaseTakesChildrenAlongAndForgives) {
  const std::string tower = make_tower();
  const std::string bell = make_bell(tower);
  EXPECT_TRUE(at(call("release", object(tower)), "error").is_null());
  EXPECT_FALSE(exists(bell));
  EXPECT_EQ(error(call("describe", object(bell))),
            "40101 MEDIA_OBJECT_NOT_FOUND Object '" + bell + "' not found");
  EXPECT_TRUE(at(call("release", object(tower)), "error").is_null());
  EXPECT_TRUE(at(call("release", R"({"object":5})"), "error").is_null());
  EXPECT_EQ(backend.objects(), 0u);
}

TEST_F(Objects, AreReleasedWhenTheLastLetsGo) {
  const std::string tower = make_tower();
  const std::string bell = make_bell(tower);
  connect(kOther);
  call_on(kOther, "ref", object(bell));
  call("unref", object(tower));
  EXPECT_TRUE(exists(bell));
  EXPECT_TRUE(exists(tower));
  call_on(kOther, "unref", object(bell));
  EXPECT_FALSE(exists(bell));
  EXPECT_TRUE(exists(tower));
  call_on(kOther, "unref", object(tower));
  EXPECT_EQ(backend.objects(), 0u);
  EXPECT_TRUE(at(call_on(kOther, "unref", object(tower)), "error").is_null());
}

TEST_F(Objects, UseIsAHold) {
  const std::string tower = make_tower();
  const std::string bell = make_bell(tower);
  const std::string id = text(call("ping"), "result.sessionId");
  connect(kOther);
  call_on(kOther, "invoke", R"({"operation":"getName","object":")" + bell + "\"}");
  call("closeSession", session(id));
  EXPECT_TRUE(exists(bell));
  EXPECT_TRUE(exists(tower));
}

TEST_F(Objects, UnrefOfAPipelineLetsGoOfItsChildren) {
  const std::string tower = make_tower();
  make_bell(tower);
  call("unref", object(tower));
  EXPECT_EQ(backend.objects(), 0u);
}

TEST_F(Objects, AreNotFoundFromTheMomentOfTheirRelease) {
  const std::string tower = make_tower();
  const std::string bell = make_bell(tower);
  backend.is_held = true;
  EXPECT_TRUE(call("release", object(tower)).is_null());
  EXPECT_EQ(error(call("describe", object(bell))),
            "40101 MEDIA_OBJECT_NOT_FOUND Object '" + bell + "' not found");
  backend.run_all();
  EXPECT_EQ(plane.objects().size(), 1u);
}

TEST_F(Objects, MadeInAPipelineThatIsGoingGoWithIt) {
  const std::string tower = make_tower();
  backend.is_held = true;
  call("create", R"({"type":"Bell","constructorParams":{"tower":")" + tower + "\"}}");
  call("release", object(tower));
  backend.run_all();
  const auto answers = taken(kClient);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(error(answers[0]), "40101 MEDIA_OBJECT_NOT_FOUND Object '" + tower + "' not found");
  EXPECT_TRUE(at(answers[1], "error").is_null());
  EXPECT_EQ(backend.objects(), 0u);
  EXPECT_EQ(plane.objects().size(), 1u);
}

TEST_F(Objects, MadeForASessionThatHasGoneAreTakenBack) {
  const std::string id = text(call("connect"), "result.sessionId");
  backend.is_held = true;
  call("create", R"({"type":"Tower"})");
  call("closeSession", session(id));
  backend.is_held = false;
  backend.run_all();
  EXPECT_EQ(error(taken(kClient).at(0)), "40007 INVALID_SESSION Invalid session");
  EXPECT_EQ(backend.objects(), 0u);
}

TEST_F(Objects, TheManagerIsThereAndStays) {
  const std::string manager = "manager_ServerManager";
  for (const char* method : {"ref", "unref", "release"})
    EXPECT_TRUE(at(call(method, object(manager)), "error").is_null());
  EXPECT_EQ(text(call("describe", object(manager)), "result.qualifiedType"), "kurento.ServerManager");
  EXPECT_EQ(text(invoke(manager, "getId"), "result.value"), manager);
}

TEST_F(Objects, AreBounded) {
  control::ControlSettings few;
  few.max_objects = 2;
  control::ControlPlane bounded(few, {backend, outlet, random, {now, {}}, kToyModules, "", ""});
  bounded.connected(kClient, now);
  for (int i = 0; i < 3; ++i) bounded.receive(kClient, request(i, "create", R"({"type":"Tower"})"), now);
  const auto answers = taken(kClient);
  EXPECT_TRUE(at(answers.at(1), "error").is_null());
  EXPECT_EQ(error(answers.at(2)), "40009 NOT_ENOUGH_RESOURCES The server has as many objects as it may have");
}

}  // namespace
}  // namespace kaskado::control_test
