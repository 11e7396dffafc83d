// Descriptors of modules: what good ones become, and what each kind of mistake is called.
#include "control/module_descriptor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "control/api.hpp"
#include "pipeline/media_object.hpp"
#include "elements/api.hpp"
#include "pipeline/api.hpp"

namespace kaskado::control {
namespace {

using namespace pipeline;

ModuleHost host() {
  return {1,
          [](const Construction&, const Arguments&) -> ApiResult<std::unique_ptr<MediaObject>> {
            return ApiError{};
          },
          [](const ClassInfo&, const std::string&, const Arguments&) -> ApiResult<Prepared> {
            return Prepared();
          },
          [](MediaObject&, const OperationInfo&, const Arguments&, Answer) {}};
}

constexpr const char* kConstructor =
    R"("constructor":{"params":[{"name":"mediaPipeline","type":"MediaPipeline"}]})";

// A descriptor of one class with the members given, and with more at its end.
std::string descriptor(const std::string& class_members, const std::string& more = "",
                       const std::string& head = R"("kaskado":{"abi":1,"library":"lib.so"})") {
  return R"({"name":"toy","version":"1","kurentoVersion":"^7.0",)" + head +
         R"(,"remoteClasses":[{"name":"Dim","extends":"Filter")" + (class_members.empty() ? "" : ",") +
         class_members + "}]" + (more.empty() ? "" : ",") + more + "}";
}
std::string with_parameter(const std::string& parameter) {
  return descriptor(R"("constructor":{"params":[{"name":"mediaPipeline","type":"MediaPipeline"},)" +
                    parameter + "]}");
}
std::string with_methods(const std::string& methods) {
  return descriptor(std::string(kConstructor) + R"(,"methods":[)" + methods + "]");
}
std::string with_types(const std::string& types) {
  return descriptor(kConstructor, R"("complexTypes":[)" + types + "]");
}

ReadDescriptor read(const std::string& text) {
  return read_descriptor(text, module_list(), host());
}

std::string problems_of(const std::string& text) {
  std::string all;
  const ReadDescriptor result = read(text);
  for (const std::string& problem : result.problems) all += (all.empty() ? "" : "; ") + problem;
  EXPECT_EQ(result.tables == nullptr, !all.empty());
  return all;
}

TEST(ModuleDescriptor, BecomesTablesLikeThoseOfTheBuild) {
  const ReadDescriptor result = read(descriptor(
      R"("constructor":{"params":[{"name":"mediaPipeline","type":"MediaPipeline","doc":"x"},
         {"name":"areas","type":"Area[]","optional":true,"defaultValue":[{"x":1}]}]},
         "properties":[{"name":"level","type":"int","defaultValue":"320"},{"name":"kind","type":"Kind","readOnly":true},
                       {"name":"label","type":"String","final":true}],
         "methods":[{"name":"move","params":[{"name":"to","type":"Area<>"},{"name":"by","type":"FilterType"}],
                     "return":{"type":"double"}}],
         "events":["Moved","Error"])",
      R"("complexTypes":[{"typeFormat":"REGISTER","name":"Area","properties":[{"name":"x","type":"int"}]},
                         {"typeFormat":"ENUM","name":"Kind","values":["ROUND","SQUARE"]}],
         "events":[{"name":"Moved","extends":"Media","properties":[{"name":"area","type":"Area"}]}])"));
  ASSERT_TRUE(result.tables) << result.problems.at(0);
  const pipeline::ModuleInfo& module = result.tables->info;
  EXPECT_EQ(module.name, "toy");
  ASSERT_EQ(module.classes.size(), 1u);
  const ClassInfo& dim = *module.classes[0];
  EXPECT_EQ(dim.namespace_, "toy");
  EXPECT_TRUE(dim.is_a(kMediaElementClass));
  EXPECT_TRUE(dim.is_a(elements::kFilterClass));
  EXPECT_NE(dim.create, nullptr);
  EXPECT_NE(dim.prepare, nullptr);
  EXPECT_EQ(dim.constructor[0].type.object, &kMediaPipelineClass);
  EXPECT_EQ(dim.constructor[1].type.shape, Shape::list);
  EXPECT_EQ(dim.constructor[1].type.record, module.records[0]);
  EXPECT_TRUE(dim.constructor[1].optional);
  EXPECT_EQ(dim.constructor[1].default_json, R"([{"x":1}])");
  std::vector<std::string> operations;
  for (const OperationInfo& operation : dim.operations) {
    operations.emplace_back(operation.name);
    EXPECT_NE(operation.start, nullptr);
    EXPECT_EQ(operation.run, nullptr);
  }
  EXPECT_EQ(operations, (std::vector<std::string>{"getLevel", "setLevel", "getKind", "getLabel", "move"}));
  EXPECT_EQ(dim.find_operation("setLevel")->parameters[0].name, "level");
  EXPECT_EQ(dim.find_operation("getKind")->result.enumeration->values[1], "SQUARE");
  EXPECT_EQ(dim.find_operation("move")->parameters[1].type.enumeration, &elements::kFilterTypeEnum);
  EXPECT_EQ(dim.find_operation("move")->parameters[0].type.shape, Shape::map);
  EXPECT_NE(dim.find_operation("getName"), nullptr) << "inherited";
  ASSERT_NE(dim.find_event("Moved"), nullptr);
  EXPECT_EQ(dim.find_event("Moved")->parent, &kMediaEvent);
  EXPECT_EQ(module.records[0]->module, "toy");
  EXPECT_EQ(result.tables->library, "lib.so");
  EXPECT_EQ(module.kmd_json.find("kaskado"), std::string::npos);
  EXPECT_NE(module.kmd_json.find("kurentoVersion"), std::string::npos);
}

TEST(ModuleDescriptor, OfFiltersIsInKurentosNamespace) {
  std::string text =
      descriptor(kConstructor, R"("complexTypes":[{"typeFormat":"REGISTER","name":"R","properties":[]}])");
  text.replace(text.find("toy"), 3, "filters");
  const ReadDescriptor result = read(text);
  ASSERT_TRUE(result.tables) << result.problems.at(0);
  EXPECT_EQ(result.tables->info.classes[0]->namespace_, "kurento");
  EXPECT_EQ(result.tables->info.records[0]->module, "kurento");
}

TEST(ModuleDescriptor, MayExtendAnotherModulesClass) {
  const ReadDescriptor base = read(
      R"({"name":"filters","version":"1","kaskado":{"abi":1,"library":"l.so"},
          "remoteClasses":[{"name":"OpenCVFilter","abstract":true,"extends":"Filter"}]})");
  ASSERT_TRUE(base.tables) << base.problems.at(0);
  const ClassOrigin origin;
  base.tables->own_classes[0]->origin = &origin;
  std::vector<pipeline::ModuleInfo> modules(module_list().begin(), module_list().end());
  modules.push_back(base.tables->info);
  std::string text = descriptor(kConstructor);
  text.replace(text.find("\"Filter\""), 8, "\"kurento.OpenCVFilter\"");
  const ReadDescriptor result = read_descriptor(text, modules, host());
  ASSERT_TRUE(result.tables) << result.problems.at(0);
  EXPECT_EQ(result.tables->info.classes[0]->parent, base.tables->info.classes[0]);
  EXPECT_EQ(base.tables->info.classes[0]->create, nullptr);
  EXPECT_EQ(problems_of(text), "class Dim extends 'kurento.OpenCVFilter', which is not defined");
}

TEST(ModuleDescriptor, OwnNamesComeBeforeOthers) {
  const ReadDescriptor result =
      read(descriptor(std::string(kConstructor) + R"(,"properties":[{"name":"t","type":"Tag"}])",
                      R"("complexTypes":[{"typeFormat":"ENUM","name":"Tag","values":["A"]}])"));
  ASSERT_TRUE(result.tables) << result.problems.at(0);
  EXPECT_EQ(result.tables->info.classes[0]->operations[0].result.kind, TypeKind::enumeration);
}

struct Mistake {
  std::string text;
  std::string problem;
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.problem; }

class ModuleDescriptorMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ModuleDescriptorMistake, IsNamed) {
  EXPECT_EQ(problems_of(GetParam().text), GetParam().problem);
}

INSTANTIATE_TEST_SUITE_P(
    OfTheWhole, ModuleDescriptorMistake,
    testing::Values(
        Mistake{"{", "it is no JSON: Missing a name for object member. (at byte 1)"},
        Mistake{"[]", "the descriptor should be an object"},
        Mistake{"{}",
                "the descriptor: 'name' is missing; the descriptor: 'version' is missing; the descriptor: "
                "'kaskado' is missing"},
        Mistake{descriptor(kConstructor, "", R"("kaskado":5)"),
                "the descriptor: 'kaskado' should be an object"},
        Mistake{descriptor(kConstructor, "", R"("kaskado":{"abi":"1"})"),
                "kaskado: 'abi' should be a whole number; kaskado: 'library' is missing"},
        Mistake{descriptor(kConstructor, "", R"("kaskado":{"abi":2,"library":"l.so"})"),
                "it is for the ABI 2, the server's is 1"},
        Mistake{descriptor(kConstructor, "", R"("kaskado":{"abi":1,"library":"../l.so"})"),
                "kaskado: 'library' should be a file's name, without a path"},
        Mistake{descriptor(kConstructor, R"("event":[])"), "the descriptor: unknown key 'event'"},
        Mistake{R"({"name":"core","version":"1","kaskado":{"abi":1,"library":"l"},"remoteClasses":[]})",
                "there is a module 'core' already"},
        Mistake{R"({"name":"a-b","version":"1","kaskado":{"abi":1,"library":"l"}})",
                "'a-b' is no name of a module"},
        Mistake{R"({"name":"toy","version":"1","kaskado":{"abi":1,"library":"l"}})", "it has no classes"}));

INSTANTIATE_TEST_SUITE_P(
    OfClasses, ModuleDescriptorMistake,
    testing::Values(
        Mistake{descriptor(""), "class Dim is neither abstract nor has a constructor"},
        Mistake{descriptor(std::string(R"("abstract":true,)") + kConstructor),
                "class Dim is abstract and has a constructor"},
        Mistake{descriptor(R"("constructor":{"params":[]})"),
                "class Dim: its constructor should have one parameter of the type MediaPipeline, which is "
                "not optional"},
        Mistake{with_parameter(R"({"name":"other","type":"MediaPipeline"})"),
                "class Dim: its constructor should have one parameter of the type MediaPipeline, which is "
                "not optional"},
        Mistake{with_parameter(R"({"name":"mediaPipeline","type":"int"})"),
                "class Dim: constructor: 'mediaPipeline' occurs twice"},
        Mistake{with_parameter(R"({"name":"a b","type":"int"})"),
                "class Dim: constructor: 'a b' is no identifier"},
        Mistake{with_parameter(R"({"name":"a","type":"long"})"),
                "class Dim: constructor: 'a' has the unknown type 'long'"},
        Mistake{with_parameter(R"({"name":"a"})"), "class Dim: constructor: parameter a: 'type' is missing"},
        Mistake{with_parameter(R"({"name":"a","type":"int","defaultValue":"x"})"),
                "class Dim: constructor: the default of 'a' does not fit: 'a' parameter should be a integer"},
        Mistake{with_parameter(R"({"name":"a","type":"Filter","defaultValue":"x"})"),
                "class Dim: constructor: the default of 'a' does not fit: Object 'x' not found"},
        Mistake{descriptor(std::string(kConstructor) + R"(,"events":["Gone",5])"),
                "class Dim raises 'Gone', which is not defined; class Dim raises something without a name"},
        Mistake{descriptor(std::string(kConstructor) + R"(,"properties":[{"name":"p","type":"Gone"}])"),
                "class Dim: property p has the unknown type 'Gone'"},
        Mistake{with_methods(R"({"name":"m","params":[],"return":{"type":"Gone"}})"),
                "class Dim: method m returns the unknown type 'Gone'"},
        Mistake{with_methods(R"({"name":"m"},{"name":"m"})"), "class Dim: 'm' occurs twice"},
        Mistake{with_methods(R"({"name":"getName"})"), "class Dim inherits 'getName' already"},
        Mistake{with_methods(R"({"name":"1m"})"), "class Dim: method 1m: '1m' is no identifier"}));

INSTANTIATE_TEST_SUITE_P(
    OfTypes, ModuleDescriptorMistake,
    testing::Values(
        Mistake{with_types(R"({"name":"T","values":["A"]})"),
                "type T: 'typeFormat' should be ENUM or REGISTER"},
        Mistake{with_types(R"({"typeFormat":"ENUM","name":"T","values":[]})"), "type T has no values"},
        Mistake{with_types(R"({"typeFormat":"ENUM","name":"T","values":["A","A"]})"),
                "type T: the value 'A' occurs twice"},
        Mistake{
            with_types(R"({"typeFormat":"REGISTER","name":"T","properties":[{"name":"t","type":"T[]"}]})"),
            "type T contains itself"},
        Mistake{with_types(R"({"typeFormat":"REGISTER","name":"T","extends":"U","properties":[]})"),
                "type T extends 'U', which is not defined"},
        Mistake{with_types(R"({"typeFormat":"REGISTER","name":"T","extends":"T","properties":[]})"),
                "type T descends from itself"},
        Mistake{with_types(R"({"typeFormat":"REGISTER","name":"Dim","properties":[]})"),
                "class Dim is defined twice"},
        Mistake{with_types("7"), "type ?: 'typeFormat' should be ENUM or REGISTER"},
        Mistake{descriptor(kConstructor, R"("events":[{"name":"E","extends":"F"}])"),
                "event E extends 'F', which is not defined"},
        Mistake{
            descriptor(kConstructor, R"("events":[{"name":"E","extends":"F"},{"name":"F","extends":"E"}])"),
            "event F descends from itself"}));

TEST(ModuleDescriptor, ExtendsOnlyWhatFiltersMay) {
  std::string text = descriptor(kConstructor);
  text.replace(text.find("\"Filter\""), 8, "\"WebRtcEndpoint\"");
  EXPECT_EQ(
      problems_of(text),
      "class Dim extends WebRtcEndpoint: modules extend MediaElement and Filter, or each other's classes");
}

TEST(ModuleDescriptor, NamesNoMoreProblemsThanSomebodyReads) {
  std::string types;
  for (int i = 0; i < 100; ++i) types += (i ? "," : "") + std::to_string(i);
  EXPECT_EQ(read(with_types(types)).problems.size(), ReadDescriptor::kMostProblems);
}

TEST(ModuleDescriptor, IsNotReadWhereItIsHuge) {
  EXPECT_EQ(problems_of(std::string(5 << 20, ' ')), "it is larger than 4194304 bytes");
  std::string types;
  for (int i = 0; i < 2001; ++i) {
    types += (i ? "," : "") + std::string(R"({"typeFormat":"ENUM","name":"T)") + std::to_string(i) +
             R"(","values":["A"]})";
  }
  EXPECT_NE(problems_of(with_types(types)).find("it defines more than 2000 things"), std::string::npos);
}

}  // namespace
}  // namespace kaskado::control
