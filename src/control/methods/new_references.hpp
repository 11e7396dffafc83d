// `newref:K` inside the parameters of a transaction's operation stands for the value that operation K
// answered.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "pipeline/api_error.hpp"
#include "pipeline/value.hpp"

namespace kaskado::control {

// The value of operation K, nullptr where it has none (yet).
using ValueOf = std::function<const pipeline::Value*(std::size_t operation)>;

// How much text a value holds, as the bound on what references may multiply and transactions may answer.
std::size_t text_bytes(const pipeline::Value& value);

// `params` with all references replaced; at most kMaxReferencedBytes of them. Else 40008
// MALFORMED_TRANSACTION. A transaction within the transaction has references of its own: its `operations`
// stay as they are.
inline constexpr std::size_t kMaxReferencedBytes = 4 * 1024 * 1024;
pipeline::ApiResult<pipeline::Value> resolve_new_references(const pipeline::Value& params,
                                                            const ValueOf& value_of);

}  // namespace kaskado::control
