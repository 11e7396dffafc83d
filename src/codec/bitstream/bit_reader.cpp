#include "codec/bitstream/bit_reader.hpp"

#include <algorithm>

namespace kaskado::codec {

void BitReader::hold_octet() {
  if (escapes_ == Escapes::emulation_prevention && zeros_ >= 2 && position_ < bytes_.size() &&
      bytes_[position_] == 3) {
    ++position_;
    zeros_ = 0;
  }
  std::uint8_t octet = 0;
  if (position_ < bytes_.size()) {
    octet = bytes_[position_++];
  } else {
    ok_ = false;
  }
  zeros_ = octet == 0 ? zeros_ + 1 : 0;
  window_ = window_ << 8 | octet;
  held_ += 8;
}

std::uint32_t BitReader::bits(int count) {
  while (held_ < count && ok_) hold_octet();
  if (!ok_) return 0;
  held_ -= count;
  return static_cast<std::uint32_t>(window_ >> held_ & ((std::uint64_t{1} << count) - 1));
}

void BitReader::skip(std::size_t count) {
  for (; count > 0 && ok_; count -= std::min<std::size_t>(count, 32)) {
    bits(static_cast<int>(std::min<std::size_t>(count, 32)));
  }
}

std::uint32_t BitReader::ue() {
  int zeros = 0;
  while (ok_ && !flag()) {
    if (++zeros > 31) ok_ = false;
  }
  const std::uint32_t suffix = bits(zeros);
  return ok_ ? (std::uint32_t{1} << zeros) - 1 + suffix : 0;
}

std::int32_t BitReader::se() {
  const std::uint32_t code = ue();
  const auto half = static_cast<std::int32_t>(code / 2);
  return code % 2 ? half + 1 : -half;
}

}  // namespace kaskado::codec
