// Values of fields that carry parameters: `multipart/form-data; boundary="a b"` (RFC 9110 §5.6.6, RFC 6266
// §4.1).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace kaskado::http {

struct FieldValue {
  std::string value;                              // what stands before the first ';', in lower case
  std::map<std::string, std::string> parameters;  // by their names in lower case, without quotes

  const std::string* find(std::string_view parameter) const;
};

// The error is a sentence without a subject: "has a text in quotes that does not end".
base::Result<FieldValue> parse_field_value(std::string_view text);

}  // namespace kaskado::http
