// A stream as its subscribers follow it, wherever it comes in.
#pragma once

#include <cstdint>
#include <utility>

#include "rtp/packet_history.hpp"
#include "rtp/source_clock.hpp"

namespace kaskado::rtp {

class SourceStream {
 public:
  // What its packets carry.
  SourceId source() const { return source_; }
  std::uint32_t clock_rate() const { return clock_rate_; }
  const PacketHistory& history() const { return history_; }
  void trim_history(std::size_t packets) { history_.trim(packets); }
  const SourceClock& clock() const { return clock_; }

 protected:
  SourceStream(SourceId source, std::uint32_t clock_rate, PacketHistory history)
      : source_(source), clock_rate_(clock_rate), history_(std::move(history)) {}
  ~SourceStream() = default;

  SourceId source_;
  std::uint32_t clock_rate_;
  PacketHistory history_;
  SourceClock clock_;
};

}  // namespace kaskado::rtp
