#include "ice/crc32.hpp"

#include <array>

namespace kaskado::ice {

namespace {

constexpr std::uint32_t kPolynomial = 0xedb88320;  // reflected
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

// tables[k][b] is the remainder of byte b followed by k zero bytes, so that eight bytes fold in one step.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ (remainder & 1 ? kPolynomial : 0);
    tables[0][byte] = remainder;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = before >> 8 ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32(base::Bytes bytes) {
  std::uint32_t crc = 0xffffffff;
  const std::uint8_t* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; p += 8, left -= 8) {
    const auto byte = [&](int i) { return p[i] ^ (i < 4 ? crc >> (8 * i) & 0xff : 0); };
    crc = kTables[7][byte(0)] ^ kTables[6][byte(1)] ^ kTables[5][byte(2)] ^ kTables[4][byte(3)] ^
          kTables[3][p[4]] ^ kTables[2][p[5]] ^ kTables[1][p[6]] ^ kTables[0][p[7]];
  }
  for (; left > 0; ++p, --left) crc = crc >> 8 ^ kTables[0][(crc ^ *p) & 0xff];
  return ~crc;
}

}  // namespace kaskado::ice
