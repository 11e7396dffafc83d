#include "common/text.hpp"

#include <cstddef>
#include <cstdint>

namespace kaskado::filters {

namespace {

// The length of the character that begins at `at`; 0 where none does (RFC 3629 §4).
std::size_t character_length(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < bytes.size() ? static_cast<std::uint8_t>(bytes[at + i]) : 0;
  };
  const auto continues = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if ((byte(i) & 0xC0) != 0x80) return false;
    }
    return true;
  };
  const std::uint8_t first = static_cast<std::uint8_t>(byte(0)), second = static_cast<std::uint8_t>(byte(1));
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1, 2) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && second < 0xA0, surrogate = first == 0xED && second > 0x9F;
    return !overlong && !surrogate && continues(1, 3) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && second < 0x90, beyond = first == 0xF4 && second > 0x8F;
    return !overlong && !beyond && continues(1, 4) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string valid_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = character_length(bytes, at);
    text += length ? bytes.substr(at, length) : std::string_view("\xEF\xBF\xBD");
    at += length ? length : 1;
  }
  return text;
}

}  // namespace kaskado::filters
