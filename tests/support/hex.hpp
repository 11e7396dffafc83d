// Bytes as they stand in specifications.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kaskado::test {

// "80 60 00 01" → bytes; blanks may stand anywhere or nowhere.
inline std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> octets;
  std::string digits;
  for (const char c : text) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    octets.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return octets;
}

}  // namespace kaskado::test
