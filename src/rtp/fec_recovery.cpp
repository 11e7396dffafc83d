#include "rtp/fec_recovery.hpp"

#include <algorithm>
#include <cstring>

namespace kaskado::rtp {

namespace {

// A stretch of the bytes behind the fixed header, which are at `bytes`.
struct Stretch {
  std::uint8_t* bytes;
  std::size_t first;
  std::size_t end;

  // What of `part`, which begins at `at`, lies in the stretch.
  void mix(base::Bytes part, std::size_t at) const {
    const std::size_t from = std::max(first, at), to = std::min(end, at + part.size());
    for (std::size_t i = from; i < to; ++i) bytes[i] ^= part[i - at];
  }
};

// As it was sent, without the RED header that its payload may have come behind.
std::size_t protected_bytes(const MediaPacket& packet) {
  return packet.header.header_bytes() - kFixedHeaderBytes +
         (packet.packet->length - std::size_t{packet.header.payload_offset});
}

void mix_bytes(const MediaPacket& packet, const Stretch& stretch) {
  const base::Bytes whole{packet.packet->bytes, packet.packet->length};
  const base::Bytes head = whole.subspan(kFixedHeaderBytes, packet.header.header_bytes() - kFixedHeaderBytes);
  stretch.mix(head, 0);
  stretch.mix(whole.subspan(packet.header.payload_offset), head.size());
  // Twice is not at all.
  for (const ExtensionKind kind : {ExtensionKind::abs_send_time, ExtensionKind::transport_cc}) {
    const base::Bytes value = packet.extensions.of(kind, whole.data());
    if (!value.empty()) stretch.mix(value, static_cast<std::size_t>(value.data() - head.data()));
  }
}

struct Fields {
  std::uint8_t flags;
  std::uint8_t type;
  std::uint32_t timestamp;
  std::size_t length;

  void mix(const MediaPacket& packet) {
    flags ^= packet.packet->bytes[0] & 0x3f;
    type ^= static_cast<std::uint8_t>((packet.header.marker ? 0x80 : 0) | packet.header.payload_type.value);
    timestamp ^= packet.header.timestamp.value;
    length ^= protected_bytes(packet);
  }
};

// The others of the mask, by `visit`; false where one of them is of no use.
template <typename Visit>
bool each_other(const FecMask& mask, const FecGroup& group, std::size_t place, const PacketHistory& history,
                Visit visit) {
  bool all = true;
  mask.each([&](std::size_t other) {
    if (other == place || !all) return;
    const MediaPacket* const packet = history.find(group.base_sequence + other);
    all = packet && packet->delivery != Delivery::retransmitted;
    if (all) visit(*packet);
  });
  return all;
}

}  // namespace

std::optional<std::size_t> recover_packet(const FecGroup& group, std::size_t place, Ssrc ssrc,
                                          const PacketHistory& history, base::MutableBytes into) {
  const FecPacket& fec = group.fec;
  const FecMask& first = fec.levels().front().mask;
  if (!first.has(place)) return std::nullopt;
  Fields fields{fec.flags_recovery, fec.type_recovery, fec.timestamp_recovery, fec.length_recovery};
  if (!each_other(first, group, place, history, [&](const MediaPacket& packet) { fields.mix(packet); }))
    return std::nullopt;
  if (kFixedHeaderBytes + fields.length > into.size()) return std::nullopt;

  std::uint8_t* const behind_header = into.data() + kFixedHeaderBytes;
  std::size_t recovered = 0;
  for (const FecLevel& level : fec.levels()) {
    if (recovered == fields.length) break;
    const Stretch stretch{behind_header, level.first,
                          std::min<std::size_t>(level.first + std::size_t{level.length}, fields.length)};
    std::memcpy(behind_header + stretch.first, group.payload.data() + level.parity_offset,
                stretch.end - stretch.first);
    const auto mix = [&](const MediaPacket& packet) { mix_bytes(packet, stretch); };
    if (!level.mask.has(place) || !each_other(level.mask, group, place, history, mix)) return std::nullopt;
    recovered = stretch.end;
  }
  if (recovered != fields.length) return std::nullopt;

  into[0] = static_cast<std::uint8_t>(kVersionBits | fields.flags);
  into[1] = fields.type;
  base::store_u16(&into[2], low_bits(group.base_sequence + place).value);
  base::store_u32(&into[4], fields.timestamp);
  base::store_u32(&into[8], ssrc.value);
  return kFixedHeaderBytes + fields.length;
}

}  // namespace kaskado::rtp
