// The methods of the protocol, by name.
#pragma once

#include <string_view>

#include "control/call.hpp"

namespace kaskado::control {

struct Method {
  std::string_view name;
  void (*run)(const CallRef& call);
  bool needs_params;
  // Whether a repeated request gets the first answer. Not for what may run twice without harm.
  bool remembered;
};

// nullptr where there is no such method.
const Method* find_method(std::string_view name);

// Checks `params` (an object, or null where there are none) and runs the method. `respond` may be called
// within or later.
CallRef run_method(const Method& method, Context& context, ConnectionId connection, SessionKey session,
                   pipeline::Value params, Respond respond);

namespace methods {

void ping(const CallRef& call);
void connect(const CallRef& call);
void keep_alive(const CallRef& call);
void close_session(const CallRef& call);
void create(const CallRef& call);
void invoke(const CallRef& call);
void describe(const CallRef& call);
void ref(const CallRef& call);
void unref(const CallRef& call);
void release(const CallRef& call);
void subscribe(const CallRef& call);
void unsubscribe(const CallRef& call);
void transaction(const CallRef& call);
// Of this server alone, for operators.
void shard_statistics(const CallRef& call);
void drain(const CallRef& call);

}  // namespace methods
}  // namespace kaskado::control
