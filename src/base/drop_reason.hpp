// Why a datagram or packet was not used. Bad input from the network is counted under one of these and
// nothing else happens: no log line, no exception, no change of state.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kaskado::base {

#define KASKADO_DROP_REASONS(X) \
  X(none)                       \
  X(unknown_peer)               \
  X(unknown_protocol)           \
  X(datagram_too_long)          \
  X(bad_stun)                   \
  X(bad_stun_fingerprint)       \
  X(bad_stun_integrity)         \
  X(bad_stun_username)          \
  X(unexpected_stun)            \
  X(path_taken)                 \
  X(dtls_before_ice)            \
  X(dtls_wrong_path)            \
  X(bad_dtls)                   \
  X(dtls_backlog)               \
  X(bad_sctp)                   \
  X(bad_dcep)                   \
  X(unexpected_data)            \
  X(srtp_before_dtls)           \
  X(bad_srtp)                   \
  X(srtp_authentication)        \
  X(srtp_replay)                \
  X(srtp_too_many_sources)      \
  X(bad_rtp)                    \
  X(bad_rtcp)                   \
  X(unknown_ssrc)               \
  X(rtp_stranger)               \
  X(unknown_payload_type)       \
  X(duplicate_packet)           \
  X(too_old_packet)             \
  X(sequence_jump)              \
  X(padding_only)               \
  X(direction_not_negotiated)   \
  X(pool_empty)                 \
  X(outbox_full)                \
  X(send_failed)                \
  X(relay_full)                 \
  X(waiting_for_key_frame)     \
  X(bad_payload)                \
  X(bad_fec)                    \
  X(layer_left_out)

enum class DropReason : std::uint8_t {
#define X(name) name,
  KASKADO_DROP_REASONS(X)
#undef X
};

inline constexpr std::size_t kDropReasonCount = 0
#define X(name) +1
    KASKADO_DROP_REASONS(X)
#undef X
    ;

constexpr std::string_view to_string(DropReason reason) {
  constexpr std::array<std::string_view, kDropReasonCount> kNames{
#define X(name) #name,
      KASKADO_DROP_REASONS(X)
#undef X
  };
  return kNames[static_cast<std::size_t>(reason)];
}

// One counter a reason. Owned by one loop; read by others through a copy posted by mailbox.
class DropCounters {
 public:
  void count(DropReason reason, std::uint64_t by = 1) { counts_[static_cast<std::size_t>(reason)] += by; }
  std::uint64_t of(DropReason reason) const { return counts_[static_cast<std::size_t>(reason)]; }

 private:
  std::array<std::uint64_t, kDropReasonCount> counts_{};
};

}  // namespace kaskado::base
