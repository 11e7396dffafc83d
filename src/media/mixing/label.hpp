// A name as a small picture, to be laid over a cell.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "codec/picture.hpp"
#include "media/mixing/rect.hpp"

namespace kaskado::media {

// Longer ones are cut; what is not ASCII shows as one '?' a character.
inline constexpr std::size_t kMaxLabelCharacters = 64;
std::string label_text(std::string_view name);

// White on black, at the bottom left of the cell, about a twelfth of its height; the text is cut where the
// cell is too narrow for it. Empty where the cell has no room for a character, or the text is empty.
Rect label_area(const Rect& cell, std::string_view text);
// In the size of such an area, which is not empty.
std::unique_ptr<codec::Picture> draw_label(const Rect& area, std::string_view text);

}  // namespace kaskado::media
