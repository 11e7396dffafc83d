// The nouns of RTP as types (RFC 3550 §5.1), so that a timestamp is never taken for a sequence number.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

#include "base/time.hpp"

namespace kaskado::rtp {

enum class MediaKind : std::uint8_t { audio, video };

struct Ssrc {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const Ssrc&) const = default;
};

struct PayloadType {
  std::uint8_t value = 0;  // 0 … 127
  constexpr auto operator<=>(const PayloadType&) const = default;
};

// 16 bits that wrap; ordered only by is_newer.
struct SequenceNumber {
  std::uint16_t value = 0;
  constexpr bool operator==(const SequenceNumber&) const = default;
};

// 32 bits in units of the payload's clock rate that wrap; ordered only by is_newer.
struct Timestamp {
  std::uint32_t value = 0;
  constexpr bool operator==(const Timestamp&) const = default;
};

constexpr bool is_newer(SequenceNumber a, SequenceNumber b) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(a.value - b.value)) > 0;
}
constexpr bool is_newer(Timestamp a, Timestamp b) {
  return static_cast<std::int32_t>(a.value - b.value) > 0;
}

// The number nearest to `near` whose low 16 bits are `sequence`. A number that would lie before zero is taken
// for one of the first cycle.
constexpr std::uint64_t extend(SequenceNumber sequence, std::uint64_t near) {
  const auto low = static_cast<std::uint16_t>(near);
  const auto delta = static_cast<std::int16_t>(static_cast<std::uint16_t>(sequence.value - low));
  if (delta < 0 && near < static_cast<std::uint64_t>(-delta)) return sequence.value;
  return near + static_cast<std::uint64_t>(static_cast<std::int64_t>(delta));
}
constexpr SequenceNumber low_bits(std::uint64_t extended) {
  return SequenceNumber{static_cast<std::uint16_t>(extended)};
}

// A span of time in units of a media clock, rounded towards zero; exact over decades.
constexpr std::int64_t to_ticks(base::Duration span, std::uint32_t clock_rate) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t ns = span.count();
  return ns / kSecond * clock_rate + ns % kSecond * clock_rate / kSecond;
}
constexpr base::Duration from_ticks(std::int64_t ticks, std::uint32_t clock_rate) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return base::Duration{ticks / clock_rate * kSecond + ticks % clock_rate * kSecond / clock_rate};
}

// Which sequence space a packet's extended sequence number lives in: one received stream, from one start of
// its sender to the next (RFC 3550 §A.1). `stream` is unique within the shard; 0 is no stream.
struct SourceId {
  std::uint32_t stream = 0;
  std::uint32_t epoch = 0;
  constexpr bool operator==(const SourceId&) const = default;
  constexpr bool is_set() const { return stream != 0; }
};

}  // namespace kaskado::rtp

template <>
struct std::hash<kaskado::rtp::Ssrc> {
  std::size_t operator()(kaskado::rtp::Ssrc ssrc) const noexcept {
    return static_cast<std::size_t>(ssrc.value * 0x9e3779b97f4a7c15ull >> 16);
  }
};
