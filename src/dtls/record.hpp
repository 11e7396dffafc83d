// The framing of DTLS records (RFC 6347 §4.1).
#pragma once

#include <optional>

#include "base/bytes.hpp"

namespace kaskado::dtls {

inline constexpr std::size_t kRecordHeaderBytes = 13;
inline constexpr std::uint16_t kDtls1_0 = 0xfeff;  // of a ClientHello's record
inline constexpr std::uint16_t kDtls1_2 = 0xfefd;
// The only one with keys, since there is no renegotiation.
inline constexpr std::uint16_t kProtectedEpoch = 1;
inline constexpr std::uint64_t kMaxSequence = 0xffff'ffff'ffff;

enum class ContentType : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23
};

struct Record {
  ContentType type{};
  std::uint16_t version = kDtls1_2;
  std::uint16_t epoch = 0;
  std::uint64_t sequence = 0;  // 48 bits
  base::Bytes fragment;
};

// Takes the record that stands first in `datagram` off it. Nothing where there is no whole one, or it is not
// of a type and version that DTLS 1.0 and 1.2 have.
inline std::optional<Record> take_record(base::Bytes& datagram) {
  base::ByteReader reader(datagram);
  const std::uint8_t type = reader.u8();
  const std::uint16_t version = reader.u16();
  const std::uint64_t epoch_and_sequence = reader.u64();
  const base::Bytes fragment = reader.take(reader.u16());
  const bool known = type >= 20 && type <= 23 && (version == kDtls1_0 || version == kDtls1_2);
  if (!reader.ok() || !known) return std::nullopt;
  datagram = datagram.subspan(reader.position());
  return Record{static_cast<ContentType>(type), version, static_cast<std::uint16_t>(epoch_and_sequence >> 48),
                epoch_and_sequence & kMaxSequence, fragment};
}

// Whether the datagram is whole records from start to end, and at least one.
inline bool is_record_sequence(base::Bytes datagram) {
  if (datagram.empty()) return false;
  while (!datagram.empty())
    if (!take_record(datagram)) return false;
  return true;
}

}  // namespace kaskado::dtls
