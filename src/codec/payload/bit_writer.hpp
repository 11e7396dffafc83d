// Bits from the most significant on, within bounds: what does not fit is dropped.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace kaskado::codec {

class BitWriter {
 public:
  explicit BitWriter(base::MutableBytes room) : room_(room) {}

  // The `count` low bits of `value`, at most 8.
  void bits(std::uint32_t value, int count) {
    while (count-- > 0) bit(value >> count & 1);
  }
  // The first `count` bits of `from`, which has them.
  void copy(base::Bytes from, std::size_t count) {
    for (std::size_t i = 0; i < count; i += 8) {
      const int part = static_cast<int>(std::min<std::size_t>(count - i, 8));
      bits(static_cast<std::uint32_t>(from[i / 8] >> (8 - part)), part);
    }
  }
  // The last may have bits that were not written: they are zero.
  std::size_t octets() const { return (position_ + 7) / 8; }

 private:
  void bit(std::uint32_t value) {
    const std::size_t at = position_ / 8;
    if (at >= room_.size()) return;
    if (position_ % 8 == 0) room_[at] = 0;
    room_[at] = static_cast<std::uint8_t>(room_[at] | value << (7 - position_ % 8));
    ++position_;
  }

  base::MutableBytes room_;
  std::size_t position_ = 0;
};

}  // namespace kaskado::codec
