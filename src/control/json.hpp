// JSON text to `pipeline::Value` and back. Reading is strict (RFC 8259): no comments, no trailing text, valid
// UTF-8 only, and bounded in depth and in the number of values, so that a small text cannot become a large
// tree.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "pipeline/value.hpp"

namespace kaskado::control {

struct JsonLimits {
  std::size_t depth = 64;
  std::size_t values = 100'000;
};

// Of two members with one name the last counts. `__module__` and `__type__` are members like all others here.
// The error is a sentence that names the place.
base::Result<pipeline::Value> parse_json(std::string_view text, const JsonLimits& limits = {});

// Compact, members in their order, `__module__` and `__type__` first where the object has a type. Doubles
// keep a decimal point; those JSON has no number for (NaN, infinity) become null.
std::string write_json(const pipeline::Value& value);
void append_json(std::string& out, const pipeline::Value& value);
void append_quoted(std::string& out, std::string_view text);

}  // namespace kaskado::control
