#include "codec/bitstream/nal_units.hpp"

#include <cstring>

namespace kaskado::codec {

namespace {

using base::Bytes;

// Where the next 00 00 01 begins, or the size.
std::size_t find_start_code(Bytes bytes) {
  std::size_t from = 2;
  while (from < bytes.size()) {
    const void* one = std::memchr(bytes.data() + from, 1, bytes.size() - from);
    if (!one) break;
    const auto at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(one) - bytes.data());
    if (bytes[at - 1] == 0 && bytes[at - 2] == 0) return at - 2;
    from = at + 1;
  }
  return bytes.size();
}

Bytes behind_start_code(Bytes bytes, std::size_t at) {
  return at < bytes.size() ? bytes.subspan(at + 3) : Bytes{};
}

}  // namespace

NalUnits::NalUnits(Bytes byte_stream) : rest_(behind_start_code(byte_stream, find_start_code(byte_stream))) {}

std::optional<Bytes> NalUnits::next() {
  while (!rest_.empty()) {
    const std::size_t end = find_start_code(rest_);
    Bytes unit = rest_.first(end);
    rest_ = behind_start_code(rest_, end);
    while (!unit.empty() && unit.back() == 0) unit = unit.first(unit.size() - 1);
    if (!unit.empty()) return unit;
  }
  return std::nullopt;
}

void append_length_prefixed(Bytes byte_stream, std::vector<std::uint8_t>& out) {
  NalUnits units(byte_stream);
  while (const auto unit = units.next()) {
    std::uint8_t length[4];
    base::store_u32(length, static_cast<std::uint32_t>(unit->size()));
    out.insert(out.end(), length, length + 4);
    out.insert(out.end(), unit->begin(), unit->end());
  }
}

bool append_byte_stream(Bytes length_prefixed, int length_octets, std::vector<std::uint8_t>& out) {
  base::ByteReader reader(length_prefixed);
  while (reader.remaining() > 0) {
    std::size_t length = 0;
    for (int i = 0; i < length_octets; ++i) length = length << 8 | reader.u8();
    const Bytes unit = reader.take(length);
    if (!reader.ok()) return false;
    if (unit.empty()) continue;
    out.insert(out.end(), std::begin(kStartCode), std::end(kStartCode));
    out.insert(out.end(), unit.begin(), unit.end());
  }
  return true;
}

}  // namespace kaskado::codec
