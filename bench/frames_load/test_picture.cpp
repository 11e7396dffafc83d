#include "test_picture.hpp"

#include <bit>
#include <cstdint>

#include "codec/synthetic.hpp"

namespace kaskado::bench {

namespace {

constexpr int kFields = 16;
constexpr int kFieldsHigh = 32;  // as many fields would stand side by side in the width of the picture
constexpr std::uint8_t kBlack = 24, kWhite = 224, kNoColour = 128;
constexpr unsigned kSourceBits = 4, kNumberBits = 9, kCheckBits = 3;
static_assert(kSourceBits + kNumberBits + kCheckBits == kFields);

constexpr unsigned check_of(unsigned value) {
  return (value ^ value >> 3 ^ value >> 6 ^ value >> 9 ^ value >> 12 ^ 5) & 7;
}

void fill(std::uint8_t* plane, int stride, const Cell& area, std::uint8_t value) {
  for (int y = area.y; y < area.y + area.height; ++y)
    for (int x = area.x; x < area.x + area.width; ++x) plane[y * stride + x] = value;
}

// The mean of the middle of a field.
int brightness(const codec::Picture& picture, const Cell& cell, int field) {
  const int left = cell.x + cell.width * (3 * field + 1) / (3 * kFields);
  const int right = cell.x + cell.width * (3 * field + 2) / (3 * kFields);
  const int height = cell.width / kFieldsHigh, top = cell.y + height / 4, bottom = cell.y + height * 3 / 4;
  int sum = 0, count = 0;
  for (int y = top; y < bottom; ++y)
    for (int x = left; x < right; ++x, ++count) sum += picture.y()[y * picture.stride_y() + x];
  return count ? sum / count : 0;
}

}  // namespace

void draw_test_picture(codec::Picture& picture, const PictureMark& mark) {
  codec::draw_pattern(picture, static_cast<int>(mark.number + 37 * mark.source));
  const unsigned value = mark.source << kNumberBits | mark.number;
  const unsigned bits = value << kCheckBits | check_of(value);
  const int height = picture.width() / kFieldsHigh;
  for (int field = 0; field < kFields; ++field) {
    const int left = picture.width() * field / kFields, right = picture.width() * (field + 1) / kFields;
    fill(picture.y(), picture.stride_y(), {left, 0, right - left, height},
         bits >> field & 1 ? kWhite : kBlack);
  }
  for (std::uint8_t* plane : {picture.u(), picture.v()})
    fill(plane, picture.stride_uv(), {0, 0, picture.chroma_width(), height / 2}, kNoColour);
}

std::optional<PictureMark> read_mark(const codec::Picture& picture, const Cell& cell) {
  unsigned bits = 0;
  for (int field = 0; field < kFields; ++field)
    bits |= (brightness(picture, cell, field) > 128 ? 1u : 0u) << field;
  const unsigned value = bits >> kCheckBits;
  if ((bits & 7) != check_of(value)) return std::nullopt;
  return PictureMark{value >> kNumberBits, value & ((1u << kNumberBits) - 1)};
}

}  // namespace kaskado::bench
