#include <utility>

#include "control/methods/methods.hpp"
#include "control/methods/new_references.hpp"

namespace kaskado::control::methods {

using namespace pipeline;

namespace {

constexpr std::size_t kMaxOperations = 1000;
// What the answers may come to; the operation that passes it is the last.
constexpr std::size_t kMaxAnswerBytes = 4 * 1024 * 1024;

ApiError malformed(std::string message) {
  return {ErrorCode::MALFORMED_TRANSACTION, std::move(message)};
}

// A transaction that is running. Its operations run one after the other, each when the one before is
// answered.
struct Transaction {
  CallRef call;
  const Array& operations;  // in the call's params
  Array responses{};
  std::vector<Value> values{};  // of the operations answered so far
  std::size_t answer_bytes = 0;
  bool is_over = false;
  // run() is on the stack: an operation that is answered at once goes on there, not one frame deeper.
  bool is_running = false;
  bool may_go_on = false;
};
using TransactionRef = std::shared_ptr<Transaction>;

const Value& params_of(const Value& operation) {
  static const Value kNone;
  const Value* params = operation.object()->find("params");
  return params ? *params : kNone;
}

ApiResult<void> check_operation(const Value& operation, std::size_t index) {
  const std::string number = std::to_string(index);
  if (!operation.object()) return malformed("Operation '" + number + "' should be an object");
  if (const Value* id = operation.object()->find("id"); id && !id->is_null() && id_key(*id) != number) {
    return malformed("Id of request '" + number + "' should be '" + number + "'");
  }
  // What the operations before will have answered is not known yet, but that there will be an answer is.
  static const Value kSome;
  const auto value_of = [&](std::size_t other) { return other < index ? &kSome : nullptr; };
  auto resolved = resolve_new_references(params_of(operation), value_of);
  if (!resolved) return std::move(resolved).error();
  return {};
}

void run(const TransactionRef& transaction);

// A response to the operation whose turn it is. An error ends the transaction.
void answered(const TransactionRef& transaction, const Outcome& outcome) {
  const auto index = static_cast<std::int64_t>(transaction->responses.size());
  transaction->responses.push_back(response_value(Value(index), outcome));
  transaction->is_over = outcome.error() != nullptr;
  if (const Value* result = outcome.result()) {
    const Value* value = result->object() ? result->object()->find("value") : nullptr;
    transaction->values.push_back(value ? *value : Value());
    transaction->answer_bytes += text_bytes(*result);
  }
  run(transaction);
}

void run_operation(const TransactionRef& transaction, const Object& operation, Value params) {
  const CallRef& call = transaction->call;
  const auto respond = [transaction](const Outcome& outcome) { answered(transaction, outcome); };
  const Value* name = operation.find("method");
  if (!name || !name->string()) return respond(RpcError{kInvalidRequest, "Invalid JSON-RPC request.", {}});
  const Method* method = find_method(*name->string());
  if (!method) return respond(RpcError{kMethodNotFound, "Method not found.", {}});
  run_method(*method, call->context, call->connection, call->session_key, std::move(params), respond);
}

void run_next(const TransactionRef& transaction) {
  const Value& operation = transaction->operations[transaction->responses.size()];
  auto params = resolve_new_references(params_of(operation), [&](std::size_t other) {
    const bool has_value = other < transaction->values.size() && !transaction->values[other].is_null();
    return has_value ? &transaction->values[other] : nullptr;
  });
  if (!params) return answered(transaction, params.error());
  if (transaction->answer_bytes > kMaxAnswerBytes) {
    return answered(transaction,
                    ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "The transaction's answer is too long"});
  }
  run_operation(transaction, *operation.object(), std::move(params).value());
}

void step(const TransactionRef& transaction) {
  const bool is_done =
      transaction->is_over || transaction->responses.size() == transaction->operations.size();
  if (is_done) {
    transaction->call->answer_value(std::move(transaction->responses));
  } else if (!transaction->call->is_answered()) {  // not by its deadline
    run_next(transaction);
  }
}

void run(const TransactionRef& transaction) {
  transaction->may_go_on = true;
  if (transaction->is_running) return;
  transaction->is_running = true;
  while (std::exchange(transaction->may_go_on, false)) step(transaction);
  transaction->is_running = false;
}

}  // namespace

void transaction(const CallRef& call) {
  const Value* operations = call->member("operations");
  if (!operations)
    return void(call->answer(RpcError{kServerError, "'operations' parameter is required", {}}));
  if (!operations->array()) {
    return void(call->answer(RpcError{kServerError, "'operations' parameter should be an array", {}}));
  }
  const Array& list = *operations->array();
  if (list.size() > kMaxOperations) {
    return void(call->answer(malformed("A transaction may have at most 1000 operations")));
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (auto checked = check_operation(list[i], i); !checked) return void(call->answer(checked.error()));
  }
  auto session = call->session();
  if (!session) return void(call->answer(std::move(session).error()));
  run(std::make_shared<Transaction>(Transaction{call, list}));
}

}  // namespace kaskado::control::methods
