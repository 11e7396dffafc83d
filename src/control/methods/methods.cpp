#include "control/methods/methods.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kaskado::control {

using namespace pipeline;

namespace {

constexpr std::array<Method, 15> kMethods{{
    {"ping", methods::ping, false, false},
    {"connect", methods::connect, false, false},
    {"keepAlive", methods::keep_alive, false, false},
    {"closeSession", methods::close_session, false, false},
    {"create", methods::create, true, true},
    {"invoke", methods::invoke, true, true},
    {"describe", methods::describe, true, false},
    {"ref", methods::ref, true, true},
    {"unref", methods::unref, true, true},
    {"release", methods::release, true, true},
    {"subscribe", methods::subscribe, true, true},
    {"unsubscribe", methods::unsubscribe, true, true},
    {"transaction", methods::transaction, true, true},
    {"kaskado.shardStatistics", methods::shard_statistics, false, false},
    {"kaskado.drain", methods::drain, false, false},
}};

RpcError invalid_params(std::string message) {
  Object data;
  data.set("type", "INVALID_PARAMS");
  return {kInvalidParams, std::move(message), std::move(data)};
}

}  // namespace

const Method* find_method(std::string_view name) {
  const auto found = std::ranges::find(kMethods, name, &Method::name);
  return found == kMethods.end() ? nullptr : &*found;
}

CallRef run_method(const Method& method, Context& context, ConnectionId connection, SessionKey session,
                   Value params, Respond respond) {
  const bool is_object = params.object() != nullptr;
  const bool is_absent = params.is_null();
  const auto call = std::make_shared<Call>(
      context, connection, session, is_object ? std::move(params) : Value(Object{}), std::move(respond));
  if (!is_object && !is_absent) {
    call->answer(invalid_params("'params' should be an object"));
  } else if (is_absent && method.needs_params) {
    call->answer(invalid_params("'params' is required"));
  } else {
    method.run(call);
  }
  return call;
}

}  // namespace kaskado::control
