#include "rtp/header_extension.hpp"

#include <algorithm>

namespace kaskado::rtp {

namespace {

constexpr std::uint16_t kOneByteProfile = 0xbede;  // RFC 8285 §4.2
constexpr std::uint16_t kTwoByteProfile = 0x1000;  // RFC 8285 §4.3, low four bits are the application's
constexpr std::uint16_t kTwoByteMask = 0xfff0;

void put_known(ExtensionValues& values, const ExtensionMap& map, std::uint8_t id, std::size_t at,
               std::size_t length) {
  if (const auto kind = map.kind_of(id)) values.put(*kind, at, length);
}

// RFC 8285 §4.2
ExtensionValues read_one_byte(const std::uint8_t* p, std::size_t at, std::size_t end,
                              const ExtensionMap& map) {
  ExtensionValues values;
  while (at < end) {
    const std::uint8_t id = p[at] >> 4;
    const std::size_t length = (p[at] & 0x0fu) + 1u;
    if (p[at] == 0) {  // padding
      ++at;
      continue;
    }
    if (id == 0 || id == 15) break;  // neither may be used here: what follows cannot be trusted
    if (++at + length > end) break;
    put_known(values, map, id, at, length);
    at += length;
  }
  return values;
}

// RFC 8285 §4.3
ExtensionValues read_two_byte(const std::uint8_t* p, std::size_t at, std::size_t end,
                              const ExtensionMap& map) {
  ExtensionValues values;
  while (at < end) {
    const std::uint8_t id = p[at++];
    if (id == 0) continue;  // padding
    if (at == end) break;
    const std::size_t length = p[at++];
    if (at + length > end) break;
    put_known(values, map, id, at, length);
    at += length;
  }
  return values;
}

}  // namespace

std::optional<ExtensionKind> extension_kind_of(std::string_view uri) {
  const auto found = std::find(kExtensionUris.begin(), kExtensionUris.end(), uri);
  if (found == kExtensionUris.end()) return std::nullopt;
  return static_cast<ExtensionKind>(found - kExtensionUris.begin());
}

bool ExtensionMap::set(ExtensionKind kind, std::uint8_t id) {
  if (id == 0) return false;
  if (const auto former = kind_of(id)) ids_[index_of(*former)] = 0;
  kinds_[ids_[index_of(kind)]] = 0;
  ids_[index_of(kind)] = id;
  kinds_[id] = static_cast<std::uint8_t>(index_of(kind) + 1);
  return true;
}

ExtensionValues read_extensions(base::Bytes packet, const RtpHeader& header, const ExtensionMap& map) {
  const std::size_t at = header.extension_offset;
  const std::size_t end = at + header.extension_length;
  if (end > packet.size()) return {};
  if (header.extension_profile == kOneByteProfile) return read_one_byte(packet.data(), at, end, map);
  if ((header.extension_profile & kTwoByteMask) == kTwoByteProfile)
    return read_two_byte(packet.data(), at, end, map);
  return {};
}

std::optional<AudioLevel> audio_level(const ExtensionValues& values, const std::uint8_t* packet) {
  const base::Bytes value = values.of(ExtensionKind::audio_level, packet);
  if (value.empty()) return std::nullopt;
  return AudioLevel{(value[0] & 0x80) != 0, static_cast<std::uint8_t>(value[0] & 0x7f)};
}

std::optional<std::uint16_t> transport_sequence(const ExtensionValues& values, const std::uint8_t* packet) {
  const base::Bytes value = values.of(ExtensionKind::transport_cc, packet);
  if (value.size() < 2) return std::nullopt;
  return base::load_u16(value.data());
}

std::optional<std::uint32_t> abs_send_time(const ExtensionValues& values, const std::uint8_t* packet) {
  const base::Bytes value = values.of(ExtensionKind::abs_send_time, packet);
  if (value.size() < 3) return std::nullopt;
  return base::load_u24(value.data());
}

std::string_view text_of(ExtensionKind kind, const ExtensionValues& values, const std::uint8_t* packet) {
  return base::as_text(values.of(kind, packet));
}

}  // namespace kaskado::rtp
