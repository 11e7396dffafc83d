// What congestion control needs to know of each packet that leaves, and what it holds back: one for each
// transport whose peer reports transport-wide (draft-holmer-rmcat-transport-wide-cc-extensions-01).
#pragma once

#include "rtp/bandwidth/held_packets.hpp"
#include "rtp/bandwidth/pacer.hpp"
#include "rtp/bandwidth/sent_packets.hpp"

namespace kaskado::transport {

struct EgressControl {
  explicit EgressControl(std::uint16_t first) : sent(first) {}
  rtp::SentPackets sent;
  rtp::Pacer pacer;
  rtp::HeldPackets held;
  std::uint64_t next_video_index = 0;  // of the first video: beyond those that went or are held
};

}  // namespace kaskado::transport
