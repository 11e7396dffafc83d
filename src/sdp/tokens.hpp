// Cutting SDP values into words. Inside the room only.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/text.hpp"

namespace kaskado::sdp {

// The next word of `rest` and cuts it off; empty when there is none. Words are separated by any number of
// spaces.
inline std::string_view take_word(std::string_view& rest) {
  rest = base::trim(rest);
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  rest.remove_prefix(word.size());
  return word;
}

// take_word() as a number of T's range; nothing where it is none.
template <typename T>
std::optional<T> take_number(std::string_view& rest) {
  return base::parse_number<T>(take_word(rest));
}

// RFC 8866 §5: of SessionDescription::other_lines, i=, u=, e= and p= come before c=, the rest after b=.
inline bool stands_before_connection(std::string_view line) {
  return std::string_view("iuep").find(line[0]) != std::string_view::npos;
}

// RFC 8866 §9: token = 1*(token-char). Printable ASCII without separators that would break a line apart.
inline bool is_token(std::string_view text, std::size_t max_size) {
  if (text.empty() || text.size() > max_size) return false;
  for (const char c : text) {
    if (c <= ' ' || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '=') return false;
  }
  return true;
}

// RFC 8839 §5.4: ice-char = ALPHA / DIGIT / "+" / "/". Some stacks use "-", "_" and "=" as well.
inline bool is_ice_text(std::string_view text, std::size_t min_size, std::size_t max_size) {
  if (text.size() < min_size || text.size() > max_size) return false;
  for (const char c : text) {
    const bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!alnum && c != '+' && c != '/' && c != '-' && c != '_' && c != '=') return false;
  }
  return true;
}

}  // namespace kaskado::sdp
