// RTP header extensions (RFC 8285, one- and two-byte headers): which kinds there are, their ids in one
// negotiation, and where their values stand in a received packet.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "rtp/rtp_packet.hpp"

namespace kaskado::rtp {

// Kinds that would be wrong to hand on from one hop to the next and say nothing to this one are not here: transmission
// offset (RFC 5450) and video-timing speak of the sender's own clock. The dependency descriptor is read and not handed on:
// its frame numbers are of one unswitched stream.
enum class ExtensionKind : std::uint8_t {
  mid,
  rid,
  repaired_rid,
  abs_send_time,
  transport_cc,
  audio_level,
  video_orientation,
  playout_delay,
  video_content_type,
  color_space,
  dependency_descriptor,
};
inline constexpr std::size_t kExtensionKinds = 11;

inline constexpr std::array<std::string_view, kExtensionKinds> kExtensionUris{
    "urn:ietf:params:rtp-hdrext:sdes:mid",                     // RFC 8843 §15.2
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",           // RFC 8852 §4.3
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",  // RFC 8852 §4.4
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",  // RFC 6464 §5
    "urn:3gpp:video-orientation",                   // 3GPP TS 26.114 §7.4.5
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
    "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
};

constexpr std::size_t index_of(ExtensionKind kind) {
  return static_cast<std::size_t>(kind);
}
constexpr std::string_view uri_of(ExtensionKind kind) {
  return kExtensionUris[index_of(kind)];
}
std::optional<ExtensionKind> extension_kind_of(std::string_view uri);

// kind ↔ id of one m-line or of one bundle, in which RFC 8843 §9.1 makes ids mean the same everywhere.
class ExtensionMap {
 public:
  // Ids are 1 … 255; 15 is for two-byte headers only, as all above it (RFC 8285 §4.2). False, and nothing
  // changes, where the id is not one of these. An id or kind that is given again moves.
  bool set(ExtensionKind kind, std::uint8_t id);
  std::uint8_t id_of(ExtensionKind kind) const { return ids_[index_of(kind)]; }  // 0 where not negotiated
  std::optional<ExtensionKind> kind_of(std::uint8_t id) const {
    if (kinds_[id] == 0) return std::nullopt;
    return static_cast<ExtensionKind>(kinds_[id] - 1);
  }
  bool empty() const { return ids_ == decltype(ids_){}; }
  bool operator==(const ExtensionMap&) const = default;

 private:
  std::array<std::uint8_t, kExtensionKinds> ids_{};
  std::array<std::uint8_t, 256> kinds_{};  // kind + 1
};

// Where the known elements stand in their packet. Of elements that come twice the last one counts.
class ExtensionValues {
 public:
  bool has(ExtensionKind kind) const { return present_ >> index_of(kind) & 1; }
  std::uint16_t present() const { return present_; }  // a bit a kind
  // Empty where it is missing, and where it has no bytes.
  base::Bytes of(ExtensionKind kind, const std::uint8_t* packet) const {
    if (!has(kind)) return {};
    return {packet + offsets_[index_of(kind)], lengths_[index_of(kind)]};
  }
  void put(ExtensionKind kind, std::size_t offset, std::size_t length) {
    offsets_[index_of(kind)] = static_cast<std::uint16_t>(offset);
    lengths_[index_of(kind)] = static_cast<std::uint8_t>(length);
    present_ = static_cast<std::uint16_t>(present_ | 1u << index_of(kind));
  }

 private:
  std::array<std::uint16_t, kExtensionKinds> offsets_{};
  std::array<std::uint8_t, kExtensionKinds> lengths_{};
  std::uint16_t present_ = 0;
};

// Total on any input: a block that breaks off gives what stood before the break.
ExtensionValues read_extensions(base::Bytes packet, const RtpHeader& header, const ExtensionMap& map);

// RFC 6464 §3: level in -dBov, 0 the loudest and 127 silence.
struct AudioLevel {
  bool voice = false;
  std::uint8_t minus_dbov = 127;
};
std::optional<AudioLevel> audio_level(const ExtensionValues& values, const std::uint8_t* packet);
std::optional<std::uint16_t> transport_sequence(const ExtensionValues& values, const std::uint8_t* packet);
// 6.18 fixed-point seconds modulo 64.
std::optional<std::uint32_t> abs_send_time(const ExtensionValues& values, const std::uint8_t* packet);
// The text of mid, rid or repaired_rid.
std::string_view text_of(ExtensionKind kind, const ExtensionValues& values, const std::uint8_t* packet);

// The value of abs-send-time for a moment: 6.18 fixed-point seconds modulo 64.
constexpr std::uint32_t to_abs_send_time(base::Instant when) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  const auto ns = static_cast<std::uint64_t>(when.time_since_epoch().count());
  return static_cast<std::uint32_t>((ns / kSecond & 63) << 18 | (ns % kSecond << 18) / kSecond);
}

}  // namespace kaskado::rtp
