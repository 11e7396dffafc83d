// The framing of DTLS records (RFC 6347 §4.1), as far as it takes to tell records from garbage.
#pragma once

#include "base/bytes.hpp"

namespace kaskado::dtls {

inline constexpr std::size_t kRecordHeaderBytes = 13;

enum class ContentType : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23
};

struct RecordHeader {
  ContentType type{};
  std::uint16_t epoch = 0;
};

// Whether the datagram is whole records from start to end, of types and a version that DTLS 1.0 to 1.2 have.
inline bool is_record_sequence(base::Bytes datagram) {
  base::ByteReader reader(datagram);
  if (datagram.empty()) return false;
  while (reader.remaining() > 0) {
    const std::uint8_t type = reader.u8();
    const std::uint8_t major = reader.u8();
    const std::uint8_t minor = reader.u8();
    reader.skip(8);  // epoch and sequence number
    reader.skip(reader.u16());
    const bool known = type >= 20 && type <= 23 && major == 0xfe && (minor == 0xff || minor == 0xfd);
    if (!reader.ok() || !known) return false;
  }
  return true;
}

// Of a datagram for which is_record_sequence() holds.
inline RecordHeader first_record(base::Bytes datagram) {
  return {static_cast<ContentType>(datagram[0]), base::load_u16(datagram.data() + 3)};
}

}  // namespace kaskado::dtls
