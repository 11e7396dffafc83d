// The moving picture that the bench sends, and what can be told of a picture that has come back: which one it
// is, by a row of black and white fields along the top, and how near it is to what was sent.
#pragma once

#include <optional>

#include "codec/picture.hpp"

namespace kaskado::bench {

// Whose picture, and which.
struct PictureMark {
  unsigned source = 0;  // below 16
  unsigned number = 0;  // below 512
  bool operator==(const PictureMark&) const = default;
};

// Every source has other ones.
void draw_test_picture(codec::Picture& picture, const PictureMark& mark);

// The part of a picture that one source has.
struct Cell {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
};

// Nothing where it cannot be read, or its check bits are wrong.
std::optional<PictureMark> read_mark(const codec::Picture& picture, const Cell& cell);

}  // namespace kaskado::bench
