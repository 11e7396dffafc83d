// What became of a datagram. RTP and RTCP are decrypted in place, and their packet's length is the new one;
// STUN and DTLS have been dealt with.
#pragma once

#include "base/drop_reason.hpp"
#include "transport/datagram_kind.hpp"

namespace kaskado::transport {

struct Received {
  base::DropReason drop = base::DropReason::none;
  DatagramKind kind = DatagramKind::unknown;
};

}  // namespace kaskado::transport
