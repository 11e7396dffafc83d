#include "control/methods/binding.hpp"

#include <utility>

namespace kaskado::control {

using namespace pipeline;

namespace {

// The ids that an argument names, one or a list of them.
std::vector<std::string_view> ids_in(const TypeInfo& type, const Value& argument) {
  std::vector<std::string_view> ids;
  if (type.kind != TypeKind::object) return ids;
  if (const std::string* id = argument.string()) ids.push_back(*id);
  if (const Array* items = argument.array()) {
    for (const Value& item : *items) ids.push_back(*item.string());
  }
  return ids;
}

}  // namespace

ApiResult<Arguments> bind_for(const Call& call, const ObjectEntry* target,
                              std::span<const ParameterInfo> parameters, const Object* given) {
  auto arguments = bind_parameters(parameters, given, [&](std::string_view id) -> const ClassInfo* {
    const ObjectEntry* object = call.find(id);
    return object ? object->info : nullptr;
  });
  if (!arguments) return arguments;
  const ObjectEntry* root = target && !target->permanent ? &target->root() : nullptr;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    for (const std::string_view id : ids_in(parameters[i].type, (*arguments)[i])) {
      const ObjectEntry& other = call.find(id)->root();
      if (!root) root = &other;
      if (root != &other) return ApiError{ErrorCode::CONNECT_ERROR, "Media elements do not share pipeline"};
    }
  }
  return arguments;
}

}  // namespace kaskado::control
