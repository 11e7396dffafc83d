#include "control/call.hpp"

#include <utility>

#include "control/parameters.hpp"
#include "control/session_end.hpp"

namespace kaskado::control {

using namespace pipeline;

namespace {

RpcError invalid_session() {
  return RpcError::from({ErrorCode::INVALID_SESSION, "Invalid session"});
}

RpcError not_text(std::string_view name) {
  return {kServerError, "'" + std::string(name) + "' parameter should be a string", {}};
}

}  // namespace

Call::Call(Context& call_context, ConnectionId from, SessionKey session, Value call_params, Respond respond)
    : context(call_context),
      connection(from),
      params(std::move(call_params)),
      session_key(session),
      respond_(std::move(respond)) {}

bool Call::answer(Outcome outcome) {
  if (!respond_) return false;
  std::exchange(respond_, nullptr)(std::move(outcome));
  return true;
}

bool Call::answer_with(Object result) {
  if (!session_id.empty()) result.set("sessionId", session_id);
  return answer(std::move(result));
}

bool Call::answer_value(Value value) {
  Object result;
  result.set("value", std::move(value));
  return answer_with(std::move(result));
}

RpcResult<std::string> Call::text(std::string_view name) const {
  const Value* value = member(name);
  if (!value) return RpcError{kServerError, "'" + std::string(name) + "' parameter is required", {}};
  std::optional<std::string> text = as_text(*value);
  if (!text) return not_text(name);
  return *std::move(text);
}

RpcResult<std::optional<std::string>> Call::named_session() const {
  const Value* value = member("sessionId");
  if (!value || value->is_null()) return std::optional<std::string>();
  std::optional<std::string> id = as_text(*value);
  if (!id) return not_text("sessionId");
  return id;
}

RpcResult<Session*> Call::existing_session() {
  auto named = named_session();
  if (!named) return std::move(named).error();
  Session* session = nullptr;
  if (*named) {
    session = context.sessions.find(**named);
  } else if (session_key != 0) {
    session = context.sessions.find(session_key);
  } else {
    session = context.sessions.current(connection);
    if (!session) return session;
  }
  if (!session) return invalid_session();
  context.sessions.used(*session, connection, context.now);
  session_id = session->id;
  session_key = session->key;
  return session;
}

RpcResult<Session*> Call::session() {
  auto session = existing_session();
  if (!session || *session) return session;
  Session* opened = context.sessions.open(context.random.uuid(), connection, context.now);
  if (!opened && end_idle_session(context)) {
    opened = context.sessions.open(context.random.uuid(), connection, context.now);
  }
  if (!opened) {
    return RpcError::from(
        {ErrorCode::NOT_ENOUGH_RESOURCES, "The server has as many sessions as it may have"});
  }
  session_id = opened->id;
  session_key = opened->key;
  return opened;
}

SessionKey Call::acting_session() const {
  const Value* named = member("sessionId");
  const Session* session = nullptr;
  if (named && !named->is_null()) {
    const std::optional<std::string> id = as_text(*named);
    session = id ? context.sessions.find(*id) : nullptr;
  } else {
    session = session_key != 0 ? context.sessions.find(session_key) : context.sessions.current(connection);
  }
  return session ? session->key : 0;
}

ObjectEntry* Call::find(std::string_view id) const {
  ObjectEntry* object = context.objects.table().find(id);
  if (!object || !context.isolates_sessions || object->permanent) return object;
  return object->creator == acting_session() ? object : nullptr;
}

RpcResult<ObjectEntry*> Call::object() const {
  auto id = text("object");
  if (!id) return std::move(id).error();
  ObjectEntry* found = find(*id);
  if (!found) return RpcError::from({ErrorCode::MEDIA_OBJECT_NOT_FOUND, "Object '" + *id + "' not found"});
  return found;
}

RpcResult<Session*> Call::session_holding(ObjectEntry& object) {
  auto own = session();
  if (own) context.objects.table().hold((*own)->key, object);
  return own;
}

RpcResult<Session*> Call::session_if_known() {
  auto named = named_session();
  if (!named) return std::move(named).error();
  if (*named && !context.sessions.find(**named)) {
    session_id = **named;
    return static_cast<Session*>(nullptr);
  }
  return session();
}

}  // namespace kaskado::control
