#include <algorithm>
#include <deque>
#include <utility>

#include "control/methods/binding.hpp"
#include "control/methods/methods.hpp"

namespace kaskado::control::methods {

using namespace pipeline;

namespace {

struct Setter {
  const OperationInfo* operation;
  Arguments arguments;
};
using Setters = std::deque<Setter>;

ApiError marshall_error(std::string message) {
  return {ErrorCode::MARSHALL_ERROR, std::move(message)};
}

ApiResult<Arguments> constructor_arguments(const Call& call, const ClassInfo& info) {
  const Value* given = call.member("constructorParams");
  const bool is_given = given && !given->is_null();
  if (is_given && !given->object()) return marshall_error("'constructorParams' should be an object");
  if (!is_given && !std::ranges::all_of(info.constructor, &ParameterInfo::optional)) {
    return marshall_error("'constructorParams' is required");
  }
  return bind_for(call, nullptr, info.constructor, is_given ? given->object() : nullptr);
}

std::string setter_name(std::string_view property) {
  std::string name = "set" + std::string(property);
  if (name.size() > 3 && name[3] >= 'a' && name[3] <= 'z') name[3] = static_cast<char>(name[3] - 'a' + 'A');
  return name;
}

ApiResult<Setter> bind_setter(const Call& call, const ClassInfo& info, const std::string& property,
                              const Value& value) {
  const OperationInfo* operation = info.find_operation(setter_name(property));
  if (!operation || operation->parameters.size() != 1) {
    return marshall_error("'" + property + "' is no property of " + std::string(info.name) +
                          " that can be set");
  }
  Object given;
  given.set(std::string(operation->parameters[0].name), value);
  auto arguments = bind_for(call, nullptr, operation->parameters, &given);
  if (!arguments) return std::move(arguments).error();
  return Setter{operation, std::move(arguments).value()};
}

// All are checked before the object is made.
ApiResult<Setters> bind_properties(const Call& call, const ClassInfo& info) {
  Setters setters;
  const Value* given = call.member("properties");
  if (!given || given->is_null()) return setters;
  if (!given->object()) return marshall_error("'properties' should be an object");
  for (const auto& [name, value] : given->object()->members) {
    auto setter = bind_setter(call, info, name, value);
    if (!setter) return std::move(setter).error();
    setters.push_back(std::move(setter).value());
  }
  return setters;
}

// Takes the object back and answers `error`.
void take_back(const CallRef& call, const std::string& id, ApiError error) {
  ObjectEntry* object = call->context.objects.table().find(id);
  if (object) call->context.objects.release(*object, [] {});
  call->answer(error);
}

void apply(const CallRef& call, const std::string& id, Setters setters) {
  if (setters.empty()) {
    if (!call->answer_value(id)) take_back(call, id, {ErrorCode::UNEXPECTED_ERROR, "Too late"});
    return;
  }
  const ObjectEntry* object = call->context.objects.table().find(id);
  if (!object) {
    call->answer(ApiError{ErrorCode::MEDIA_OBJECT_NOT_FOUND, "Object '" + id + "' not found"});
    return;
  }
  Setter setter = std::move(setters.front());
  setters.pop_front();
  call->context.objects.invoke(*object, *setter.operation, std::move(setter.arguments),
                               [call, id, setters = std::move(setters)](ApiResult<Value> result) {
                                 if (!result) return take_back(call, id, result.error());
                                 apply(call, id, setters);
                               });
}

void made(const CallRef& call, ObjectEntry& object, Setters setters) {
  const Session* session = call->context.sessions.find(call->session_key);
  // Closed, or answered by the deadline, while the object was being made: nobody would ever release it.
  if (!session) return take_back(call, object.id, {ErrorCode::INVALID_SESSION, "Invalid session"});
  call->context.objects.table().hold(session->key, object);
  apply(call, object.id, std::move(setters));
}

}  // namespace

void create(const CallRef& call) {
  auto type = call->text("type");
  if (!type) return void(call->answer(std::move(type).error()));
  const ClassInfo* info = call->context.classes.find(*type);
  if (!info) {
    return void(
        call->answer(ApiError{ErrorCode::MEDIA_OBJECT_NOT_AVAILABLE, "Factory '" + *type + "' not found"}));
  }
  auto arguments = constructor_arguments(*call, *info);
  if (!arguments) return void(call->answer(arguments.error()));
  auto setters = bind_properties(*call, *info);
  if (!setters) return void(call->answer(setters.error()));
  auto session = call->session();
  if (!session) return void(call->answer(std::move(session).error()));
  call->context.objects.create(*info, std::move(arguments).value(), (*session)->key,
                               [call, setters = std::move(setters).value()](ApiResult<ObjectEntry*> object) {
                                 if (object) return made(call, **object, setters);
                                 call->answer(object.error());
                               });
}

}  // namespace kaskado::control::methods
