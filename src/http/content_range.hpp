// Which part of a whole a request's body is: `bytes 1000-1999/2000` (RFC 9110 §14.4, and §14.5 for requests).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace kaskado::http {

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;                 // included
  std::optional<std::uint64_t> complete;  // the whole's length, where it is known
};

// Nothing where it is none, or one that cannot be.
std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace kaskado::http
