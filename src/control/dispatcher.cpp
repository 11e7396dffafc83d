#include "control/dispatcher.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "control/json.hpp"
#include "control/parameters.hpp"

namespace kaskado::control {

using namespace pipeline;

namespace {

// The responses to a batch, which are sent together when the last is there (JSON-RPC 2.0 §6).
struct Batch {
  explicit Batch(std::size_t size) : responses(size), missing(size) {}

  std::vector<std::string> responses;
  std::size_t missing;

  std::string text() const {
    std::string all = "[";
    for (const std::string& response : responses) {
      if (all.size() > 1) all += ',';
      all += response;
    }
    return all += ']';
  }
};

// Of a request as it was read, so that it need not be written out once more to be known again.
class Fingerprint {
 public:
  explicit Fingerprint(const RpcRequest& request) {
    add_text(request.method);
    add(request.params);
  }
  std::uint64_t value() const { return value_; }

 private:
  enum class Kind : std::uint64_t { null, boolean, integer, real, string, array, object };

  void add_number(std::uint64_t part) {
    value_ = (value_ ^ part) * 0x9e3779b97f4a7c15ull;
    value_ ^= value_ >> 32;
  }
  void add_kind(Kind kind) { add_number(static_cast<std::uint64_t>(kind)); }
  void add_text(std::string_view text) { add_number(std::hash<std::string_view>{}(text)); }
  // Kinds and counts are part of it: `"1"` is not `1`, and `[[1],2]` not `[[1,2]]`.
  void add(const Value& value) {
    if (const bool* b = value.boolean()) {
      add_kind(Kind::boolean);
      add_number(*b);
    } else if (const std::int64_t* i = value.integer()) {
      add_kind(Kind::integer);
      add_number(static_cast<std::uint64_t>(*i));
    } else if (const double* d = value.real()) {
      add_kind(Kind::real);
      add_number(std::bit_cast<std::uint64_t>(*d));
    } else if (const std::string* text = value.string()) {
      add_kind(Kind::string);
      add_text(*text);
    } else if (const Array* array = value.array()) {
      add_kind(Kind::array);
      add_number(array->size());
      for (const Value& item : *array) add(item);
    } else if (const Object* object = value.object()) {
      add_kind(Kind::object);
      add_number(object->members.size());
      for (const auto& [name, member] : object->members) {
        add_text(name);
        add(member);
      }
    } else {
      add_kind(Kind::null);
    }
  }

  std::uint64_t value_ = 0;
};

// A transaction counts as what it holds.
std::uint64_t requests_in(const RpcRequest& request) {
  const Object* params = request.method == "transaction" ? request.params.object() : nullptr;
  const Value* operations = params ? params->find("operations") : nullptr;
  return operations && operations->array() ? std::max<std::size_t>(1, operations->array()->size()) : 1;
}

}  // namespace

void Dispatcher::receive(ConnectionId connection, std::string_view message) {
  const auto json = parse_json(message);
  if (!json) {
    const RpcError error{kParseError, "Parse error: " + json.error().message, {}};
    outlet_.send(connection, write_response(Value(), error));
  } else if (const Array* batch = json->array()) {
    receive_batch(connection, *batch, message.size());
  } else {
    receive_one(connection, *json, message.size(),
                [this, connection](std::string response) { outlet_.send(connection, std::move(response)); });
  }
}

void Dispatcher::receive_batch(ConnectionId connection, const Array& requests, std::size_t bytes) {
  if (requests.empty() || requests.size() > settings_.max_batch) {
    const RpcError error{kInvalidRequest, "Invalid JSON-RPC request.", {}};
    return outlet_.send(connection, write_response(Value(), error));
  }
  const auto batch = std::make_shared<Batch>(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    receive_one(connection, requests[i], bytes / requests.size(), [this, connection, batch, i](std::string response) {
      batch->responses[i] = std::move(response);
      if (--batch->missing == 0) outlet_.send(connection, batch->text());
    });
  }
}

void Dispatcher::receive_one(ConnectionId connection, const Value& json, std::size_t bytes, Send send) {
  auto request = RpcRequest::from(json);
  if (!request) return send(write_response(Value(), request.error()));
  Value id = request->id;
  dispatch(connection, std::move(request).value(), bytes,
           [id = std::move(id), send = std::move(send)](const std::string& body) {
             send(write_response(id, body));
           });
}

Session* Dispatcher::session_of(ConnectionId connection, const RpcRequest& request) const {
  const Value* named = request.params.object() ? request.params.object()->find("sessionId") : nullptr;
  if (!named || named->is_null()) return context_.sessions.current(connection);
  const std::optional<std::string> id = as_text(*named);
  return id ? context_.sessions.find(*id) : nullptr;
}

ApiResult<void> Dispatcher::charge(RequestAllowance& allowance, const char* whose, Cost cost) const {
  const SessionQuotas& quotas = settings_.quotas;
  const auto used_up = [&](const char* what, const char* limit, std::uint64_t most) {
    return ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, std::string("This ") + whose + " sends more " + what + " than it may (" +
                                                         limit + " is " + std::to_string(most) + ")"};
  };
  if (!allowance.requests.take(cost.requests, quotas.max_requests_per_second, context_.now)) {
    return used_up("requests", "maxRequestsPerSecond", quotas.max_requests_per_second);
  }
  if (!allowance.bytes.take(cost.bytes, quotas.max_bytes_per_second, context_.now)) {
    return used_up("bytes", "maxBytesPerSecond", quotas.max_bytes_per_second);
  }
  return {};
}

ApiResult<void> Dispatcher::charge(ConnectionId connection, Session* session, Cost cost) {
  const SessionQuotas& quotas = settings_.quotas;
  if (quotas.max_requests_per_second == 0 && quotas.max_bytes_per_second == 0) return {};
  if (auto charged = charge(allowances_[connection], "connection", cost); !charged) return charged;
  return session ? charge(session->allowance, "session", cost) : ApiResult<void>();
}

void Dispatcher::disconnected(ConnectionId connection) {
  unanswered_.erase(connection);
  allowances_.erase(connection);
}

void Dispatcher::dispatch(ConnectionId connection, RpcRequest request, std::size_t bytes, Deliver deliver) {
  const bool is_notification = request.is_notification();
  Session* session = session_of(connection, request);
  if (auto charged = charge(connection, session, {bytes, requests_in(request)}); !charged) {
    return deliver(write_body(charged.error(), is_notification));
  }
  const Method* method = find_method(request.method);
  if (!method) {
    return deliver(write_body(RpcError{kMethodNotFound, "Method not found.", {}}, is_notification));
  }
  if (!settings_.remember_requests || !method->remembered || is_notification || !session) {
    return run(connection, *method, std::move(request),
               [is_notification, deliver = std::move(deliver)](const Outcome& outcome) {
                 deliver(write_body(outcome, is_notification));
               });
  }
  const std::string key = id_key(request.id);
  const std::uint64_t fingerprint = Fingerprint(request).value();
  if (session->cache.repeats(key, fingerprint, context_.now, deliver)) return;
  run(connection, *method, std::move(request),
      [this, key, fingerprint, session_key = session->key,
       deliver = std::move(deliver)](const Outcome& outcome) {
        const std::string body = write_body(outcome, false);
        if (Session* s = context_.sessions.find(session_key)) s->cache.answered(key, fingerprint, body);
        deliver(body);
      });
}

void Dispatcher::run(ConnectionId connection, const Method& method, RpcRequest request, Respond respond) {
  std::size_t& unanswered = unanswered_[connection];
  if (unanswered >= settings_.max_unanswered_per_connection) {
    return respond(
        ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "Too many requests of this connection wait for answers"});
  }
  ++unanswered;
  const CallRef call = run_method(method, context_, connection, 0, std::move(request.params),
                                  [this, connection, respond = std::move(respond)](Outcome outcome) {
                                    answered(connection);
                                    respond(std::move(outcome));
                                  });
  if (!call->is_answered()) waiting_.push_back({context_.now + settings_.command_deadline, call});
}

void Dispatcher::answered(ConnectionId connection) {
  const auto found = unanswered_.find(connection);
  if (found != unanswered_.end() && --found->second == 0) unanswered_.erase(found);
}

void Dispatcher::advance() {
  while (!waiting_.empty()) {
    const CallRef call = waiting_.front().call.lock();
    const bool is_done = !call || call->is_answered();
    if (!is_done && waiting_.front().deadline > context_.now) return;
    waiting_.pop_front();
    if (!is_done) {
      call->answer(ApiError{ErrorCode::UNEXPECTED_ERROR, "The media server did not answer in time"});
    }
  }
}

}  // namespace kaskado::control
