// When a STUN request is sent again, and when it is given up (RFC 8489 §6.2.1).
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"
#include "ice/stun.hpp"

namespace kaskado::ice {

struct StunTransaction {
  static constexpr base::Duration kFirstRto = std::chrono::milliseconds(500);
  // Less than the RFC's 39.5 s: somebody waits for the answer, and goes on without it.
  static constexpr base::Duration kPatience = std::chrono::milliseconds(7'900);

  TransactionId id{};
  base::Instant resend_at = base::kNever;  // kNever over a reliable transport
  base::Instant gives_up_at = base::kNever;
  base::Duration rto = kFirstRto;
  bool outstanding = false;
  std::uint8_t refusals = 0;  // of the same request, for want of a nonce that counts

  void begin(const TransactionId& with, bool reliable, base::Instant now) {
    id = with;
    rto = kFirstRto;
    outstanding = true;
    gives_up_at = now + kPatience;
    resend_at = reliable ? base::kNever : now + rto;
  }
  void end() {
    outstanding = false;
    resend_at = gives_up_at = base::kNever;
  }
  bool is_spent(base::Instant now) const { return outstanding && gives_up_at <= now; }
  bool is_due(base::Instant now) const { return outstanding && resend_at <= now; }
  void note_sent_again(base::Instant now) {
    rto *= 2;
    resend_at = now + rto;
  }
  base::Instant deadline() const { return std::min(resend_at, gives_up_at); }
};

}  // namespace kaskado::ice
