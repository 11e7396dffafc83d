// Streams that this shard does not receive: one that another shard relays to it, or that it makes itself.
#pragma once

#include "rtp/source_stream.hpp"

namespace kaskado::rtp {

// Its packets have been judged where they came in, or were made here.
class LocalStream : public SourceStream {
 public:
  LocalStream(SourceId own, std::uint32_t clock_rate, std::size_t history_packets)
      : SourceStream(own, clock_rate, PacketHistory(history_packets)) {}

  // Makes `packet` one of this stream's and keeps a reference in the history.
  void accept(MediaPacket& packet) {
    packet.source = source_;
    history_.insert(packet);
  }
  void set_clock(const SourceClock& clock) { clock_ = clock; }
  // Nothing has come for so long that nobody asks for it again.
  void forget_packets() { history_.clear(); }
};

class RelayedStream : public LocalStream {
 public:
  // `origin` is what packets carry where they come in, `own` what they carry from here on.
  RelayedStream(SourceId origin, SourceId own, std::uint32_t clock_rate, std::size_t history_packets)
      : LocalStream(own, clock_rate, history_packets), origin_(origin) {}

  SourceId origin() const { return origin_; }

 private:
  SourceId origin_;
};

}  // namespace kaskado::rtp
