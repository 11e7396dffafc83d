#include "media/mixing/label.hpp"

#include <algorithm>

#include "media/mixing/font.hpp"
#include "media/mixing/paint.hpp"

namespace kaskado::media {
namespace {

constexpr std::uint8_t kWhiteLuma = 235;
constexpr int kMargin = 1;  // dots around the text
constexpr int kAdvance = kGlyphWidth + 1;
constexpr int kLabelRows = kGlyphHeight + 2 * kMargin;

// Pixels a dot: even, so that labels have even sizes; at least 2, or nobody could read it.
int dot_size(const Rect& cell) {
  return std::max(2, cell.height / (2 * 12 * kLabelRows) * 2);
}

int text_width(std::size_t characters, int dot) {
  return (static_cast<int>(characters) * kAdvance - 1 + 2 * kMargin) * dot;
}

void draw_glyph(codec::Picture& picture, char character, int left, int top, int dot) {
  const std::uint64_t dots = glyph(character);
  for (int row = 0; row < kGlyphHeight * dot; ++row) {
    std::uint8_t* line = picture.y() + static_cast<std::ptrdiff_t>(top + row) * picture.stride_y() + left;
    for (int column = 0; column < kGlyphWidth * dot; ++column)
      if (has_dot(dots, column / dot, row / dot)) line[column] = kWhiteLuma;
  }
}

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;  // RFC 3629 §3
}

}  // namespace

std::string label_text(std::string_view name) {
  std::string text;
  for (const char byte : name) {
    if (text.size() == kMaxLabelCharacters) break;
    if (continues_character(byte)) continue;
    text.push_back(byte >= ' ' && byte <= '~' ? byte : '?');
  }
  return text;
}

Rect label_area(const Rect& cell, std::string_view text) {
  const int dot = dot_size(cell);
  std::size_t characters = text.size();
  while (characters > 0 && text_width(characters, dot) > cell.width) --characters;
  const int height = kLabelRows * dot;
  if (characters == 0 || height > cell.height) return {};
  return {cell.x, (cell.bottom() - height) & ~1, text_width(characters, dot), height};
}

std::unique_ptr<codec::Picture> draw_label(const Rect& area, std::string_view text) {
  auto picture = std::make_unique<codec::Picture>(area.width, area.height);
  paint_black(*picture, {0, 0, area.width, area.height});
  const int dot = area.height / kLabelRows;
  int left = kMargin * dot;
  for (const char character : text) {
    if (left + kGlyphWidth * dot > area.width) break;
    draw_glyph(*picture, character, left, kMargin * dot, dot);
    left += kAdvance * dot;
  }
  return picture;
}

}  // namespace kaskado::media
