// ping, connect, keepAlive and closeSession.
#include <utility>

#include "control/methods/methods.hpp"
#include "control/parameters.hpp"
#include "control/session_end.hpp"

namespace kaskado::control::methods {

using namespace pipeline;

namespace {

RpcError session_required() {
  return {kServerError, "'sessionId' parameter is required", {}};
}

void answer_session(const CallRef& call) {
  Object result;
  result.set("serverId", call->context.server_id);
  call->answer_with(std::move(result));
}

}  // namespace

// Tells the session it was asked with, known or not: a client that lost its session learns so by `connect`.
void ping(const CallRef& call) {
  auto named = call->named_session();
  if (!named) return void(call->answer(std::move(named).error()));
  auto session = call->existing_session();
  if (!session) call->session_id = **named;
  call->answer_value("pong");
}

// A known session moves to this connection, with its events.
void connect(const CallRef& call) {
  auto session = call->session();
  if (!session) return void(call->answer(std::move(session).error()));
  call->context.sessions.move(**session, call->connection);
  answer_session(call);
}

void keep_alive(const CallRef& call) {
  auto session = call->existing_session();
  if (!session) return void(call->answer(std::move(session).error()));
  if (!*session) return void(call->answer(session_required()));
  call->answer_with({});
}

// A session that does not exist is closed already.
void close_session(const CallRef& call) {
  auto named = call->named_session();
  if (!named) return void(call->answer(std::move(named).error()));
  auto session = call->existing_session();
  if (!session) return void(call->answer(Value()));
  if (!*session) return void(call->answer(session_required()));
  const Value* release = call->member("release");
  const std::optional<bool> at_once = release ? as_boolean(*release) : false;
  if (!at_once)
    return void(call->answer(RpcError{kServerError, "'release' parameter should be a boolean", {}}));
  end_session(call->context, **session, *at_once);
  call->answer(Value());
}

}  // namespace kaskado::control::methods
