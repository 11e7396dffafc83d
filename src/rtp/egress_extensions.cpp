#include "rtp/egress_extensions.hpp"

#include <bit>
#include <cstring>

namespace kaskado::rtp {

namespace {

constexpr std::array kCopiedKinds{ExtensionKind::audio_level, ExtensionKind::video_orientation,
                                  ExtensionKind::playout_delay, ExtensionKind::video_content_type,
                                  ExtensionKind::color_space};

// The extension has 12 bits for the least delay and 12 for the longest; this leaves it to the subscriber.
constexpr std::uint32_t kMostPlayout_10ms = 1000;

template <bool kTwoByte>
std::uint8_t* put_head(std::uint8_t* p, std::uint8_t id, std::size_t length) {
  if constexpr (kTwoByte) {
    *p++ = id;
    *p++ = static_cast<std::uint8_t>(length);
  } else {
    *p++ = static_cast<std::uint8_t>(id << 4 | (length - 1));
  }
  return p;
}

}  // namespace

void EgressExtensions::configure(const ExtensionMap& map, std::string_view mid) {
  *this = {};
  const auto take = [&](ExtensionKind kind) {
    ids_[index_of(kind)] = map.id_of(kind);
    two_byte_ = two_byte_ || map.id_of(kind) > 14;
    return map.id_of(kind) != 0;
  };
  take(ExtensionKind::transport_cc);
  take(ExtensionKind::abs_send_time);
  for (const ExtensionKind kind : kCopiedKinds)
    if (take(kind)) copied_ = static_cast<std::uint16_t>(copied_ | 1u << index_of(kind));
  if (mid.empty() || mid.size() > kMaxMid || !take(ExtensionKind::mid)) return;
  mid_length_ = static_cast<std::uint8_t>(mid.size() & 0x7f);
  mid.copy(mid_.data(), mid.size());
}

void EgressExtensions::set_playout_delay(std::uint8_t least_10ms) {
  if (ids_[index_of(ExtensionKind::playout_delay)] == 0) return;
  playout_10ms_ = least_10ms;
  copied_ = static_cast<std::uint16_t>(copied_ & ~(1u << index_of(ExtensionKind::playout_delay)));
}

template <bool kTwoByte>
std::uint8_t* EgressExtensions::copy_values(const MediaPacket& packet, std::uint8_t* p) const {
  for (std::uint32_t kinds = copied_ & packet.extensions.present(); kinds != 0; kinds &= kinds - 1) {
    const auto kind = static_cast<ExtensionKind>(std::countr_zero(kinds));
    const base::Bytes value = packet.extensions.of(kind, packet.packet->bytes);
    if (value.size() > kMaxCopied || (!kTwoByte && (value.empty() || value.size() > 16))) continue;
    p = put_head<kTwoByte>(p, ids_[index_of(kind)], value.size());
    for (const std::uint8_t octet : value) *p++ = octet;
  }
  return p;
}

template <bool kTwoByte>
std::size_t EgressExtensions::write_as(const MediaPacket& packet, bool with_mid, std::uint8_t* at) const {
  std::uint8_t* p = at + 4;
  if (const std::uint8_t id = ids_[index_of(ExtensionKind::transport_cc)]) {  // first, for number_at()
    p = put_head<kTwoByte>(p, id, 2);
    *p++ = 0;
    *p++ = 0;
  }
  if (with_mid && mid_length_ != 0) {
    p = put_head<kTwoByte>(p, ids_[index_of(ExtensionKind::mid)], mid_length_);
    std::memcpy(p, mid_.data(), kMaxMid);  // a fixed size is faster; what is too much is written over
    p += mid_length_;
  }
  if (const std::uint8_t id = ids_[index_of(ExtensionKind::abs_send_time)]) {
    p = put_head<kTwoByte>(p, id, 3);
    base::store_u24(p, packet.abs_send_time);
    p += 3;
  }
  if (playout_10ms_ != kNoPlayoutDelay) {
    p = put_head<kTwoByte>(p, ids_[index_of(ExtensionKind::playout_delay)], 3);
    base::store_u24(p, static_cast<std::uint32_t>(playout_10ms_) << 12 | kMostPlayout_10ms);
    p += 3;
  }
  p = copy_values<kTwoByte>(packet, p);
  const auto used = static_cast<std::size_t>(p - at);
  if (used == 4) return 0;
  const std::size_t length = (used + 3) & ~std::size_t{3};
  std::memset(p, 0, 3);
  base::store_u16(at, kTwoByte ? 0x1000 : 0xbede);
  base::store_u16(at + 2, static_cast<std::uint16_t>(length / 4 - 1));
  return length;
}

template std::size_t EgressExtensions::write_as<true>(const MediaPacket&, bool, std::uint8_t*) const;
template std::size_t EgressExtensions::write_as<false>(const MediaPacket&, bool, std::uint8_t*) const;

}  // namespace kaskado::rtp
