// One request on its way to its answer, and what its method works with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/time.hpp"
#include "control/class_index.hpp"
#include "control/connection.hpp"
#include "control/json_rpc.hpp"
#include "control/object_service.hpp"
#include "control/session_table.hpp"
#include "control/subscriptions.hpp"

namespace kaskado::control {

// What all methods share. `now` is the time at which the control plane was last entered.
struct Context {
  SessionTable& sessions;
  Subscriptions& subscriptions;
  ObjectService& objects;
  const ClassIndex& classes;
  base::Random& random;
  std::string server_id;
  base::Instant now;
  bool isolates_sessions = false;
  // Of the call that is asking the server manager.
  SessionKey caller = 0;
};

template <typename T>
using RpcResult = base::Result<T, RpcError>;

class Call {
 public:
  // `session` is what the request uses if it names none; 0 for the connection's.
  Call(Context& call_context, ConnectionId from, SessionKey session, pipeline::Value call_params,
       Respond respond);

  // The first answer counts; false for any later one, as when the deadline has answered already.
  bool answer(Outcome outcome);
  // With the session's id in it, as most results have.
  bool answer_with(pipeline::Object result);
  bool answer_value(pipeline::Value value);
  bool is_answered() const { return !respond_; }

  // Members of `params`. Numbers are taken for text, as Kurento does; the errors are -32000.
  RpcResult<std::string> text(std::string_view name) const;
  const pipeline::Value* member(std::string_view name) const { return params.object()->find(name); }

  // The `sessionId` that the request names, if any.
  RpcResult<std::optional<std::string>> named_session() const;
  // The session to work in: the named one, the connection's own, or a new one. Its id goes into the answer.
  RpcResult<Session*> session();
  // As session(), but opens none: nullptr where the request names none and the connection has none.
  RpcResult<Session*> existing_session();
  // The session that session() would give, 0 where that is a new one or none. Changes nothing.
  SessionKey acting_session() const;
  // nullptr where there is no such object, or where sessions are isolated and it is another's.
  ObjectEntry* find(std::string_view id) const;
  // The object that the member `object` names: 40101 where find() gives none.
  RpcResult<ObjectEntry*> object() const;
  // session(), which holds the object from now on.
  RpcResult<Session*> session_holding(ObjectEntry& object);
  // Takes over the session that the request names, known or not, for the answers to what always succeeds;
  // opens one where it names none and there is none yet.
  RpcResult<Session*> session_if_known();

  Context& context;
  const ConnectionId connection;
  const pipeline::Value params;  // an object
  std::string session_id;        // of the answer; empty while there is none
  SessionKey session_key;

 private:
  Respond respond_;
};

using CallRef = std::shared_ptr<Call>;

}  // namespace kaskado::control
