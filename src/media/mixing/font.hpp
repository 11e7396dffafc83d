// A typeface of 5 × 8 dots for the printable ASCII characters; the eighth row is for what hangs below the
// line.
#pragma once

#include <cstdint>

namespace kaskado::media {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 8;

// 8 rows of 5 dots from the top left, the first in bit 39. What is not printable looks like '?'.
std::uint64_t glyph(char character);

inline bool has_dot(std::uint64_t dots, int column, int row) {
  return dots >> (kGlyphWidth * kGlyphHeight - 1 - row * kGlyphWidth - column) & 1;
}

}  // namespace kaskado::media
