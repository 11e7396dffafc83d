// Bits from the most significant on, within bounds: what is read past the end is zero, and ok() is false from
// then on.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"

namespace kaskado::codec {

class BitReader {
 public:
  // With emulation prevention the 03 of each 00 00 03 is no part of the bits (ITU-T H.264 §7.4.1, H.265
  // §7.4.2).
  enum class Escapes : std::uint8_t { none, emulation_prevention };

  explicit BitReader(base::Bytes bytes, Escapes escapes = Escapes::none) : bytes_(bytes), escapes_(escapes) {}

  bool ok() const { return ok_; }
  // Of what was given, before anything is taken out.
  std::size_t remaining_bits() const {
    return (bytes_.size() - position_) * 8 + static_cast<std::size_t>(held_);
  }

  // The next `count` bits, at most 32, as a number.
  std::uint32_t bits(int count);
  bool flag() { return bits(1) != 0; }
  void skip(std::size_t count);
  // Exp-Golomb codes (ITU-T H.264 §9.1), unsigned and signed. Longer ones than of 31 leading zeros are no
  // code.
  std::uint32_t ue();
  std::int32_t se();

 private:
  void hold_octet();

  base::Bytes bytes_;
  Escapes escapes_;
  std::size_t position_ = 0;
  int zeros_ = 0;  // octets in a row, for the escapes
  std::uint64_t window_ = 0;
  int held_ = 0;  // bits at the low end of `window_` that are not read yet
  bool ok_ = true;
};

}  // namespace kaskado::codec
