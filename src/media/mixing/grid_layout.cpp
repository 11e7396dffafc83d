#include "media/mixing/grid_layout.hpp"

#include <cstdint>

namespace kaskado::media {
namespace {

int columns_for(int inputs) {
  int columns = 1;
  while (columns * columns < inputs) ++columns;
  return columns;
}

// Where the n-th of `parts` parts of a length begins; at the end of the last, the length.
int boundary(int n, int parts, int length) {
  if (n == parts) return length;
  return static_cast<int>(std::int64_t{length} * n / parts) & ~1;
}

}  // namespace

void GridLayout::arrange(std::span<const InputView> inputs, Scene& scene) {
  scene.width = width_;
  scene.height = height_;
  scene.placements.clear();
  const int count = static_cast<int>(inputs.size());
  if (count == 0) return;
  const int columns = columns_for(count);
  const int rows = (count + columns - 1) / columns;
  for (int i = 0; i < count; ++i) {
    const int column = i % columns, row = i / columns;
    const int x = boundary(column, columns, width_), y = boundary(row, rows, height_);
    const Rect cell{x, y, boundary(column + 1, columns, width_) - x, boundary(row + 1, rows, height_) - y};
    scene.placements.push_back({inputs[static_cast<std::size_t>(i)].port, cell, Fit::letterbox});
  }
}

}  // namespace kaskado::media
