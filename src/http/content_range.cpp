#include "http/content_range.hpp"

#include "base/text.hpp"

namespace kaskado::http {

std::optional<ContentRange> parse_content_range(std::string_view text) {
  text = base::trim(text);
  if (!base::equals_ignoring_case(base::take_until(text, ' '), "bytes")) return std::nullopt;
  const auto first = base::parse_number<std::uint64_t>(base::take_until(text, '-'));
  const auto last = base::parse_number<std::uint64_t>(base::take_until(text, '/'));
  if (!first || !last || *first > *last) return std::nullopt;
  ContentRange range{*first, *last, std::nullopt};
  if (text == "*") return range;
  range.complete = base::parse_number<std::uint64_t>(text);
  if (!range.complete || *range.complete <= *last) return std::nullopt;
  return range;
}

}  // namespace kaskado::http
