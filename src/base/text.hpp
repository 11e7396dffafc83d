// Small text helpers shared by the parsers: no allocation, no locale, no exceptions.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace kaskado::base {

// The whole text as a decimal number in T's range, or nothing.
template <typename T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Cuts `text` at the first `separator`: gives what stands before it and leaves what stands behind. Without
// a separator it gives all and leaves nothing.
inline std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return head;
}

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// ASCII only, as the protocols' tokens are.
inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// Whether a page or a store of the web is named so (RFC 9110 §4.2), as far as its beginning says.
inline bool is_http_address(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

}  // namespace kaskado::base
