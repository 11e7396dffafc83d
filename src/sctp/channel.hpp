// What the two ends of a data channel agree on (RFC 8831 §6.4, RFC 8832 §5.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace kaskado::sctp {

// The SCTP stream of a channel, the same both ways.
using ChannelId = std::uint16_t;

struct ChannelParameters {
  static constexpr std::uint16_t kNormalPriority = 256;  // RFC 8831 §6.4

  std::string label;
  std::string protocol;
  bool ordered = true;
  // How long a message is tried; without either for ever. One of them at the most.
  std::optional<std::uint32_t> max_retransmits;
  std::optional<std::uint32_t> max_lifetime_ms;
  std::uint16_t priority = kNormalPriority;

  bool operator==(const ChannelParameters&) const = default;
};

enum class ChannelState : std::uint8_t { connecting, open, closing };

}  // namespace kaskado::sctp
