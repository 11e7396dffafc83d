#include "http/field_value.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace kaskado::http {
namespace {

constexpr std::size_t kMostParameters = 16;

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

// RFC 9110 §5.6.4, from behind the first quote on. Browsers write a backslash in a file's name as it is, and
// quotes as %22 (RFC 7578 §4.2 and the HTML standard), so a backslash stands for itself but before '"' and
// '\'.
base::Result<std::string> take_quoted(std::string_view& text) {
  std::string content;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"') return content;
    const bool escapes = c == '\\' && !text.empty() && (text.front() == '"' || text.front() == '\\');
    content += escapes ? text.front() : c;
    if (escapes) text.remove_prefix(1);
  }
  return base::Error{"has a text in quotes that does not end"};
}

base::Result<std::string> take_value(std::string_view& text) {
  text = base::trim(text);
  if (!text.starts_with('"')) return std::string(base::trim(base::take_until(text, ';')));
  text.remove_prefix(1);
  auto content = take_quoted(text);
  if (!content) return content;
  if (!base::trim(base::take_until(text, ';')).empty())
    return base::Error{"has something behind a text in quotes"};
  return content;
}

}  // namespace

const std::string* FieldValue::find(std::string_view parameter) const {
  const auto found = parameters.find(std::string(parameter));
  return found == parameters.end() ? nullptr : &found->second;
}

base::Result<FieldValue> parse_field_value(std::string_view text) {
  FieldValue parsed{in_lower_case(base::trim(base::take_until(text, ';'))), {}};
  if (parsed.value.empty()) return base::Error{"is empty"};
  while (!base::trim(text).empty()) {
    const std::size_t equals = text.find('=');
    const std::size_t next = text.find(';');
    if (equals == std::string_view::npos || equals > next) return base::Error{"has a parameter without '='"};
    const std::string name = in_lower_case(base::trim(base::take_until(text, '=')));
    auto value = take_value(text);
    if (!value) return value.error();
    if (name.empty() || parsed.parameters.size() == kMostParameters)
      return base::Error{"has a parameter too many"};
    if (!parsed.parameters.emplace(name, *std::move(value)).second)
      return base::Error{"has '" + name + "' twice"};
  }
  return parsed;
}

}  // namespace kaskado::http
