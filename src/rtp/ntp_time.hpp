// NTP timestamps of RTCP (RFC 3550 §4): 32.32 fixed-point seconds since 1900, wrapping in 2036.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace kaskado::rtp {

struct NtpTime {
  std::uint64_t value = 0;

  static constexpr NtpTime of(base::WallTime wall) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    constexpr std::int64_t kUnixEpoch = 2'208'988'800;  // RFC 5905 §6: 1970 in seconds of 1900
    std::int64_t seconds = wall.unix_ns / kSecond;
    std::int64_t ns = wall.unix_ns % kSecond;
    if (ns < 0) seconds -= 1, ns += kSecond;
    const auto whole = static_cast<std::uint32_t>(seconds + kUnixEpoch);
    return {static_cast<std::uint64_t>(whole) << 32 | (static_cast<std::uint64_t>(ns) << 32) / kSecond};
  }

  // The middle 32 bits: LSR and DLSR of RFC 3550 §6.4.1, in 1/65536 s.
  constexpr std::uint32_t compact() const { return static_cast<std::uint32_t>(value >> 16); }
  constexpr bool operator==(const NtpTime&) const = default;
};

// The time from `b` to `a`, right across the wrap of 2036.
constexpr base::Duration operator-(NtpTime a, NtpTime b) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const auto difference = static_cast<std::int64_t>(a.value - b.value);
  const std::int64_t fraction = difference & 0xffffffff;
  return base::Duration{(difference >> 32) * kSecond + ((fraction * kSecond) >> 32)};
}

// 16.16 fixed-point seconds, as DLSR has them. Spans that do not fit saturate.
constexpr std::uint32_t to_compact_ntp(base::Duration span) {
  if (span.count() <= 0) return 0;
  const std::int64_t seconds = span.count() / 1'000'000'000;
  if (seconds > 0xffff) return 0xffffffff;
  const std::int64_t fraction = (span.count() % 1'000'000'000 << 16) / 1'000'000'000;
  return static_cast<std::uint32_t>(seconds << 16 | fraction);
}
constexpr base::Duration from_compact_ntp(std::uint32_t compact) {
  return base::Duration{
      static_cast<std::int64_t>((static_cast<std::uint64_t>(compact) * 1'000'000'000) >> 16)};
}

}  // namespace kaskado::rtp
