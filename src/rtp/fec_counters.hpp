// What has come of forward error correction, in packets, as webrtc-stats has it.
#pragma once

#include <cstdint>

namespace kaskado::rtp {

struct FecCounters {
  std::uint64_t received = 0;
  std::uint64_t discarded = 0;  // nothing was missing, or too much, or it was malformed
  std::uint64_t recovered = 0;  // of media
};

}  // namespace kaskado::rtp
