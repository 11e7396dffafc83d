// Kurento's Composite: all inputs in a grid, ⌈√n⌉ columns wide and ⌈n / columns⌉ rows high.
#pragma once

#include "media/mixing/layout.hpp"

namespace kaskado::media {

class GridLayout final : public Layout {
 public:
  // Of the canvas: from 1 to what a picture may have.
  GridLayout(int width, int height) : width_(width), height_(height) {}

  // Cells are taken row by row in the order of joining; who comes or goes does not change the order of the
  // others. Cells differ in size by 2 pixels at the most, and in the last row and column by what an odd
  // canvas has more; together they cover the canvas. Where there are too many for it, some get an empty cell.
  void arrange(std::span<const InputView> inputs, Scene& scene) override;

 private:
  int width_;
  int height_;
};

}  // namespace kaskado::media
