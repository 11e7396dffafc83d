// Alerts (RFC 5246 §7.2) as far as an established association knows them.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace kaskado::dtls {

enum class AlertLevel : std::uint8_t { warning = 1, fatal = 2 };

inline constexpr std::uint8_t kCloseNotify = 0;
inline constexpr std::uint8_t kBadCertificate = 42;

struct Alert {
  AlertLevel level = AlertLevel::fatal;
  std::uint8_t description = 0;

  static std::optional<Alert> parse(base::Bytes plain) {
    if (plain.size() != 2 || plain[0] < 1 || plain[0] > 2) return std::nullopt;
    return Alert{static_cast<AlertLevel>(plain[0]), plain[1]};
  }
};

// As in "handshake failure"; "unknown" for what no RFC names.
std::string_view alert_text(std::uint8_t description);

}  // namespace kaskado::dtls
