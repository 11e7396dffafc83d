// A stream that another shard receives and relays to this one.
#pragma once

#include "rtp/source_stream.hpp"

namespace kaskado::rtp {

// Owned by the shard that it is relayed to. Its packets have been judged where they came in.
class RelayedStream : public SourceStream {
 public:
  // `origin` is what packets carry where they come in, `own` what they carry from here on.
  RelayedStream(SourceId origin, SourceId own, std::uint32_t clock_rate, std::size_t history_packets)
      : SourceStream(own, clock_rate, PacketHistory(history_packets)), origin_(origin) {}

  SourceId origin() const { return origin_; }
  // Makes `packet` one of this shard's and keeps a reference in the history.
  void accept(MediaPacket& packet) {
    packet.source = source_;
    history_.insert(packet);
  }
  void set_clock(const SourceClock& clock) { clock_ = clock; }
  // Nothing has come for so long that nobody asks for it again.
  void forget_packets() { history_.clear(); }

 private:
  SourceId origin_;
};

}  // namespace kaskado::rtp
