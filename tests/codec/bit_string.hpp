// Bit streams for tests, written as the specifications write them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace kaskado::codec::test {

class BitString {
 public:
  // "10 011": blanks are passed over.
  explicit BitString(const std::string& bits) {
    for (const char c : bits) {
      if (c != ' ') bits_.push_back(c == '1');
    }
  }

  BitString& number(std::uint32_t value, int count) {
    while (count-- > 0) bits_.push_back(value >> count & 1);
    return *this;
  }
  // Exp-Golomb, ITU-T H.264 §9.1
  BitString& ue(std::uint32_t value) {
    int length = 0;
    for (std::uint64_t code = std::uint64_t{value} + 1; code > 1; code >>= 1) ++length;
    bits_.insert(bits_.end(), static_cast<std::size_t>(length), false);
    const std::uint64_t code = std::uint64_t{value} + 1;
    for (int i = length; i >= 0; --i) bits_.push_back(code >> i & 1);
    return *this;
  }
  BitString& se(std::int32_t value) {
    return ue(value > 0 ? 2 * static_cast<std::uint32_t>(value) - 1 : 2 * static_cast<std::uint32_t>(-value));
  }

  std::vector<std::uint8_t> octets() const {
    std::vector<std::uint8_t> octets((bits_.size() + 7) / 8);
    for (std::size_t i = 0; i < bits_.size(); ++i)
      octets[i / 8] = static_cast<std::uint8_t>(octets[i / 8] | bits_[i] << (7 - i % 8));
    return octets;
  }
  // With emulation prevention, ITU-T H.264 §7.4.1.1.
  std::vector<std::uint8_t> escaped() const {
    std::vector<std::uint8_t> escaped;
    int zeros = 0;
    for (const std::uint8_t octet : octets()) {
      if (zeros >= 2 && octet <= 3) {
        escaped.push_back(3);
        zeros = 0;
      }
      escaped.push_back(octet);
      zeros = octet == 0 ? zeros + 1 : 0;
    }
    return escaped;
  }

 private:
  std::vector<bool> bits_;
};

}  // namespace kaskado::codec::test
