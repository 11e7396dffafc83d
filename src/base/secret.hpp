// Key bytes that do not outlive their holder: wiped on destruction, in a way the compiler may not drop.
#pragma once

#include <string.h>

#include <array>

#include "base/bytes.hpp"

namespace kaskado::base {

// A fixed room for secret bytes, all zero at first. Copies are secrets of their own.
template <std::size_t Size>
struct Secret {
  std::array<std::uint8_t, Size> bytes{};

  Secret() = default;
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { explicit_bzero(bytes.data(), Size); }

  std::uint8_t* data() { return bytes.data(); }
  const std::uint8_t* data() const { return bytes.data(); }
  // The first `count` bytes; count must not exceed Size.
  Bytes first(std::size_t count) const { return Bytes{bytes}.first(count); }
  MutableBytes first(std::size_t count) { return MutableBytes{bytes}.first(count); }
  bool operator==(const Secret&) const = default;  // not constant time: for tests
};

}  // namespace kaskado::base
