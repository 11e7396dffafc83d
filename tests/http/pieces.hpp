// Ways to cut what comes in into pieces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"

namespace kaskado::http::test {

using Pieces = std::vector<std::string>;

// Byte by byte.
inline Pieces in_bytes(std::string_view text) {
  Pieces pieces;
  for (const char c : text) pieces.emplace_back(1, c);
  return pieces;
}

// Whole, byte by byte, in two at every byte, and in random pieces: `check` gets each.
template <typename Check>
void for_each_split(const std::string& text, Check&& check) {
  check(Pieces{text});
  check(in_bytes(text));
  for (std::size_t at = 1; at < text.size(); ++at) check(Pieces{text.substr(0, at), text.substr(at)});
  base::SeededRandom random(7);
  for (int i = 0; i < 200; ++i) {
    Pieces pieces;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t length = 1 + random.below(static_cast<std::uint32_t>(text.size()));
      pieces.push_back(text.substr(at, length));
      at += length;
    }
    check(pieces);
  }
}

}  // namespace kaskado::http::test
