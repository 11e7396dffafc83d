#include "rtp/fec_packet.hpp"

namespace kaskado::rtp {

namespace {

using base::ByteReader;

// `bits` of a mask, the first of which is the highest of `word`'s.
void add_bits(FecMask& mask, std::size_t place, std::uint64_t word, std::size_t bits) {
  for (std::size_t i = 0; i < bits; ++i) {
    if (word >> (bits - 1 - i) & 1) mask.set(place + i);
  }
}

// RFC 5109 §7.4: |protection length|mask of 16 or 48 bits|, and the parity behind it. `first` is where the
// level before ended.
bool read_level(ByteReader& reader, bool long_mask, std::size_t first, FecLevel& level) {
  level.length = reader.u16();
  add_bits(level.mask, 0, reader.u16(), 16);
  if (long_mask) add_bits(level.mask, 16, reader.u32(), 32);
  level.first = static_cast<std::uint16_t>(first);
  level.parity_offset = static_cast<std::uint16_t>(reader.position());
  reader.skip(level.length);
  return reader.ok() && !level.mask.empty();
}

// Three parts of 15, 31 and 63 bits. Each begins with the bit k, which says that it is the last.
bool read_flexible_mask(ByteReader& reader, FecMask& mask) {
  const std::uint16_t head = reader.u16();
  add_bits(mask, 0, head, 15);
  if (head & 0x8000) return reader.ok();
  const std::uint32_t middle = reader.u32();
  add_bits(mask, 15, middle, 31);
  if (middle & 0x80000000) return reader.ok();
  const std::uint64_t tail = reader.u64();
  add_bits(mask, 46, tail, 63);
  return reader.ok() && (tail >> 63) != 0;
}

}  // namespace

// RFC 5109 §7.3: |E|L|P|X| CC |M| PT recovery | SN base |, | TS recovery |, | length recovery |
std::optional<FecPacket> parse_ulpfec(base::Bytes payload) {
  if (payload.size() > 0xffff) return std::nullopt;
  ByteReader reader(payload);
  FecPacket fec;
  const std::uint8_t flags = reader.u8();
  const bool extended = flags & 0x80, long_mask = flags & 0x40;
  fec.flags_recovery = flags & 0x3f;
  fec.type_recovery = reader.u8();
  fec.base_sequence = {reader.u16()};
  fec.timestamp_recovery = reader.u32();
  fec.length_recovery = reader.u16();
  if (!reader.ok() || extended || reader.remaining() == 0) return std::nullopt;
  std::size_t first = 0;
  while (reader.remaining() > 0) {
    FecLevel level;
    if (fec.full() || !read_level(reader, long_mask, first, level)) return std::nullopt;
    first += level.length;
    fec.add(level);
  }
  return fec;
}

// |R|F|P|X| CC |M| PT recovery | length recovery |, | TS recovery |, | SSRC count | reserved |, | SSRC |, |
// SN base |k| mask …
std::optional<FecPacket> parse_flexfec(base::Bytes payload) {
  if (payload.size() > 0xffff) return std::nullopt;
  ByteReader reader(payload);
  FecPacket fec;
  const std::uint8_t flags = reader.u8();
  const bool repeats = flags & 0x80, fixed = flags & 0x40;
  fec.flags_recovery = flags & 0x3f;
  fec.type_recovery = reader.u8();
  fec.length_recovery = reader.u16();
  fec.timestamp_recovery = reader.u32();
  const std::uint8_t streams = reader.u8();
  reader.skip(3);
  fec.ssrc = Ssrc{reader.u32()};
  fec.base_sequence = {reader.u16()};
  FecLevel level;
  if (repeats || fixed || streams != 1 || !read_flexible_mask(reader, level.mask) || level.mask.empty())
    return std::nullopt;
  level.parity_offset = static_cast<std::uint16_t>(reader.position());
  level.length = static_cast<std::uint16_t>(reader.remaining());
  fec.add(level);
  return fec;
}

}  // namespace kaskado::rtp
