// A registry with a pipeline and two elements, and calls by the names of the wire.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "elements/api.hpp"
#include "elements/endpoint.hpp"
#include "pipeline/media_element.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/object_registry.hpp"

namespace kaskado::kmd_test {

using pipeline::Arguments;
using pipeline::Array;
using pipeline::ErrorCode;
using pipeline::Object;
using pipeline::Value;

inline Object object(std::vector<std::pair<std::string, Value>> members) {
  return {"", "", std::move(members)};
}

inline std::string text(const Value& value) {
  return value.string() ? *value.string() : "(no string)";
}
inline std::string text(const Value* value) {
  return value ? text(*value) : "(nothing)";
}

class ApiTest : public testing::Test {
 protected:
  ApiTest() {
    make(pipeline::kMediaPipelineClass, "pipe", {});
    make(elements::kPassThroughClass, "pipe/a", {Value("pipe")});
    make(elements::kWebRtcEndpointClass, "pipe/rtc",
         {Value("pipe"), false, false, true, "ECDSA", "NO_VALUE"});
  }

  void make(const pipeline::ClassInfo& info, const std::string& id, const Arguments& arguments) {
    const auto made = registry.create(info, id, arguments);
    ASSERT_TRUE(made.ok()) << made.error().message;
  }

  pipeline::ApiResult<Value> call(const std::string& id, const std::string& operation,
                                  Arguments arguments = {}) {
    const pipeline::OperationInfo* info = registry.find(id)->info().find_operation(operation);
    if (!info) return pipeline::ApiError{ErrorCode::MEDIA_OBJECT_METHOD_NOT_FOUND, operation};
    return registry.invoke(id, *info, arguments);
  }

  Value must_call(const std::string& id, const std::string& operation, Arguments arguments = {}) {
    auto answer = call(id, operation, std::move(arguments));
    EXPECT_TRUE(answer.ok()) << operation << ": " << answer.error().message;
    return answer.ok() ? std::move(answer).value() : Value();
  }

  pipeline::MediaElement& element(const std::string& id) {
    return dynamic_cast<pipeline::MediaElement&>(*registry.find(id));
  }
  elements::EndpointDouble& endpoint() {
    return dynamic_cast<elements::EndpointDouble&>(*registry.find("pipe/rtc"));
  }

  std::vector<pipeline::Event> events;
  pipeline::ObjectRegistry registry{nullptr, [] { return base::WallTime{1'700'000'000'123'000'000}; },
                                    [this](pipeline::Event event) { events.push_back(std::move(event)); }};
};

}  // namespace kaskado::kmd_test
