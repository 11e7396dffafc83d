// The descriptor of a module, as anybody may put it into a directory. Either all is well, and the tables can
// be walked and bound by, or at least one sentence says what is wrong.
#include <cstdint>
#include <string_view>

#include "control/api.hpp"
#include "control/json.hpp"
#include "control/module_descriptor.hpp"
#include "control/parameters.hpp"
#include "fuzz/support/require.hpp"
#include "pipeline/media_object.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::pipeline;
using fuzz::require;

const control::ModuleHost kHost{
    1,
    [](const Construction&, const Arguments&) -> ApiResult<std::unique_ptr<MediaObject>> {
      return ApiError{};
    },
    [](const ClassInfo&, const std::string&, const Arguments&) -> ApiResult<Prepared> { return Prepared(); },
    [](MediaObject&, const OperationInfo&, const Arguments&, Answer) {}};

void bind(std::span<const ParameterInfo> parameters) {
  Object given;
  for (const ParameterInfo& parameter : parameters) {
    require(!parameter.name.empty());
    given.set(std::string(parameter.name), Object{});
  }
  const control::ClassOf nobody = [](std::string_view) { return nullptr; };
  for (const Object* each : {static_cast<const Object*>(nullptr), static_cast<const Object*>(&given)}) {
    const auto bound = control::bind_parameters(parameters, each, nobody);
    require(bound ? bound->size() == parameters.size() : !bound.error().message.empty());
  }
}

void walk(const ClassInfo& info) {
  require(info.parent != nullptr && info.is_a(info));
  bind(info.constructor);
  require(info.find_operation("getName") != nullptr);
  require(info.find_event("Error") != nullptr);
  for (const OperationInfo& operation : info.operations) {
    require(info.find_operation(operation.name) == &operation && operation.start != nullptr);
    bind(operation.parameters);
  }
  for (const EventInfo* event : info.events) require(info.find_event(event->name) != nullptr);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const control::ReadDescriptor read = control::read_descriptor(text, control::module_list(), kHost);
  require((read.tables == nullptr) == !read.problems.empty());
  require(read.problems.size() <= control::ReadDescriptor::kMostProblems);
  for (const std::string& problem : read.problems) require(!problem.empty());
  if (!read.tables) return 0;
  require(control::parse_json(read.tables->info.kmd_json).ok());
  for (const ClassInfo* info : read.tables->info.classes) walk(*info);
  return 0;
}
