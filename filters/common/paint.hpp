// Lines and letters on a picture. All of them clip at its edges.
#pragma once

#include <string>
#include <vector>

#include "common/picture_view.hpp"

namespace kaskado::filters {

void fill(const PictureView& picture, const cv::Rect& area, Colour colour);
void outline(const PictureView& picture, const cv::Rect& area, int thickness, Colour colour);
void outline(const PictureView& picture, const std::vector<cv::Point>& polygon, int thickness, Colour colour);
void disc(const PictureView& picture, cv::Point centre, int radius, Colour colour);

// One line of text, white on black, whose letters are `height` pixels high; its left lower corner is at
// `origin`. What is not ASCII is drawn as a question mark, what goes beyond kMostLetters is left out.
inline constexpr std::size_t kMostLetters = 80;
void write(const PictureView& picture, const std::string& text, cv::Point origin, int height);

}  // namespace kaskado::filters
