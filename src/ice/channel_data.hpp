// TURN's short header for data of a bound channel (RFC 8656 §12.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"

namespace kaskado::ice {

inline constexpr std::size_t kChannelHeaderBytes = 4;
inline constexpr std::uint16_t kFirstChannel = 0x4000;  // RFC 8656 §12
inline constexpr std::uint16_t kLastChannel = 0x4fff;

struct ChannelData {
  std::uint16_t channel = 0;
  base::Bytes payload;  // a view into the message

  // Nothing where it is none, or says to be longer than it is. What is longer is padding.
  static std::optional<ChannelData> parse(base::Bytes message) {
    if (message.size() < kChannelHeaderBytes) return std::nullopt;
    const std::uint16_t channel = base::load_u16(message.data());
    const std::size_t length = base::load_u16(message.data() + 2);
    if (channel < kFirstChannel || channel > kLastChannel) return std::nullopt;
    if (length > message.size() - kChannelHeaderBytes) return std::nullopt;
    return ChannelData{channel, message.subspan(kChannelHeaderBytes, length)};
  }
};

}  // namespace kaskado::ice
