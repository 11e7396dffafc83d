#include "control/json_rpc.hpp"

#include <utility>

#include "control/json.hpp"

namespace kaskado::control {

using pipeline::Object;
using pipeline::Value;

RpcError RpcError::from(const pipeline::ApiError& error) {
  Object data;
  data.set("type", to_string(error.code));
  return RpcError{static_cast<int>(error.code), error.message, std::move(data)};
}

namespace {

bool is_id(const Value& id) {
  return id.is_null() || id.integer() || id.real() || id.string() || id.boolean();
}

Value error_value(const RpcError& error) {
  Object value;
  value.set("code", error.code);
  if (!error.data.is_null()) value.set("data", error.data);
  value.set("message", error.message);
  return value;
}

// A notification has no one to answer to (JSON-RPC 2.0 §4.1); Kurento says so in an answer of its own.
Value ignored_result(const Value& result) {
  return error_value({kServerError, "Ignoring response because of a notification request", result});
}

}  // namespace

base::Result<RpcRequest, RpcError> RpcRequest::from(const Value& json) {
  const RpcError invalid{kInvalidRequest, "Invalid JSON-RPC request.", {}};
  const Object* object = json.object();
  if (!object) return invalid;
  const Value* version = object->find("jsonrpc");
  const Value* method = object->find("method");
  const Value* id = object->find("id");
  if (!version || !version->string() || *version->string() != "2.0") return invalid;
  if (!method || !method->string()) return invalid;
  if (id && !is_id(*id)) return invalid;
  RpcRequest request{id ? *id : Value(), *method->string(), {}};
  if (const Value* params = object->find("params")) request.params = *params;
  return request;
}

Value response_value(const Value& id, const Outcome& outcome) {
  Object response;
  if (const RpcError* error = outcome.error()) response.set("error", error_value(*error));
  response.set("id", id);
  response.set("jsonrpc", "2.0");
  if (const Value* result = outcome.result()) response.set("result", *result);
  return response;
}

std::string write_body(const Outcome& outcome, bool is_notification) {
  std::string body = R"("jsonrpc":"2.0",)";
  if (const Value* result = outcome.result(); result && !is_notification) {
    body += R"("result":)";
    append_json(body, *result);
  } else {
    body += R"("error":)";
    append_json(body, result ? ignored_result(*result) : error_value(*outcome.error()));
  }
  return body;
}

std::string write_response(const Value& id, std::string_view body) {
  std::string text = R"({"id":)";
  append_json(text, id);
  text += ',';
  text += body;
  text += '}';
  return text;
}

std::string write_response(const Value& id, const Outcome& outcome) {
  return write_response(id, write_body(outcome, id.is_null()));
}

std::string write_notification(std::string_view method, const Value& params) {
  std::string text = R"({"jsonrpc":"2.0","method":)";
  append_quoted(text, method);
  text += R"(,"params":)";
  append_json(text, params);
  text += '}';
  return text;
}

std::string id_key(const Value& id) {
  if (const std::string* text = id.string()) return *text;
  return write_json(id);
}

}  // namespace kaskado::control
