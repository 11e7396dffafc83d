#include <utility>

#include "control/methods/binding.hpp"
#include "control/methods/methods.hpp"

namespace kaskado::control::methods {

using namespace pipeline;

namespace {

ApiError unknown_operation(std::string_view operation, std::size_t parameters) {
  return {ErrorCode::MALFORMED_TRANSACTION, "Method '" + std::string(operation) + "' with " +
                                                std::to_string(parameters) + " parameters not found"};
}

ApiResult<Arguments> operation_arguments(const Call& call, const ObjectEntry& object,
                                         const OperationInfo& operation) {
  const Value* given = call.member("operationParams");
  const bool is_wrong = given && !given->is_null() && !given->object();
  if (is_wrong && !operation.parameters.empty()) {
    return ApiError{ErrorCode::MARSHALL_ERROR, "'operationParams' is required"};
  }
  return bind_for(call, &object, operation.parameters, given ? given->object() : nullptr);
}

}  // namespace

void invoke(const CallRef& call) {
  auto object = call->object();
  if (!object) return void(call->answer(std::move(object).error()));
  auto name = call->text("operation");
  if (!name) return void(call->answer(std::move(name).error()));
  const OperationInfo* operation = (*object)->info->find_operation(*name);
  if (!operation) {
    const Value* given = call->member("operationParams");
    const std::size_t count = given && given->object() ? given->object()->members.size() : 0;
    return void(call->answer(unknown_operation(*name, count)));
  }
  auto arguments = operation_arguments(*call, **object, *operation);
  if (!arguments) return void(call->answer(arguments.error()));
  auto session = call->session_holding(**object);
  if (!session) return void(call->answer(std::move(session).error()));
  call->context.caller = (*session)->key;
  call->context.objects.invoke(**object, *operation, std::move(arguments).value(),
                               [call](ApiResult<Value> result) {
                                 if (result) {
                                   call->answer_value(std::move(result).value());
                                 } else {
                                   call->answer(result.error());
                                 }
                               });
}

}  // namespace kaskado::control::methods
