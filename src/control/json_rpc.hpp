// The JSON-RPC 2.0 envelope in the forms that Kurento's clients know.
//
// Better than Kurento by rule: text that is not JSON, or JSON with comments or trailing text, is answered
// with -32700 where Kurento drops the connection or guesses; a batch is answered with a batch; parameters of
// a wrong kind are -32602 where Kurento answers -32603 or dies.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "pipeline/api_error.hpp"
#include "pipeline/value.hpp"

namespace kaskado::control {

// JSON-RPC 2.0 §5.1
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kServerError = -32000;

struct RpcError {
  int code = kInternalError;
  std::string message;
  pipeline::Value data;  // left out where null

  static RpcError from(const pipeline::ApiError& error);
};

// What came of a request: a result or an error, without its id.
class Outcome {
 public:
  Outcome(pipeline::Value result) : content_(std::move(result)) {}  // NOLINT: implicit by design
  Outcome(pipeline::Object result) : content_(pipeline::Value(std::move(result))) {}  // NOLINT
  Outcome(RpcError error) : content_(std::move(error)) {}                             // NOLINT
  Outcome(const pipeline::ApiError& error) : content_(RpcError::from(error)) {}       // NOLINT

  const pipeline::Value* result() const { return std::get_if<pipeline::Value>(&content_); }
  const RpcError* error() const { return std::get_if<RpcError>(&content_); }

 private:
  std::variant<pipeline::Value, RpcError> content_;
};

// Takes the one answer to a request. Called on the control thread.
using Respond = std::function<void(Outcome)>;

struct RpcRequest {
  pipeline::Value id;  // a number, a string or a boolean; null for a notification
  std::string method;
  pipeline::Value params;  // null where absent

  bool is_notification() const { return id.is_null(); }
  // Checks the envelope of one JSON value: a -32600 where it is none.
  static base::Result<RpcRequest, RpcError> from(const pipeline::Value& json);
};

// `{"id":…,"jsonrpc":"2.0","result":…}`. Where `id` is null the request was a notification: Kurento answers
// those with an error that carries the result as data, and so do we.
std::string write_response(const pipeline::Value& id, const Outcome& outcome);
// In two steps, for answers that are remembered: all but the id, and the id before it.
std::string write_body(const Outcome& outcome, bool is_notification);
std::string write_response(const pipeline::Value& id, std::string_view body);
// The same as a value, for the list that a transaction answers.
pipeline::Value response_value(const pipeline::Value& id, const Outcome& outcome);
std::string write_notification(std::string_view method, const pipeline::Value& params);
// The key under which an answer is remembered: 5 and "5" are one.
std::string id_key(const pipeline::Value& id);

}  // namespace kaskado::control
