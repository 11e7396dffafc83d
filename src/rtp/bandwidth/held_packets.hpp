// Packets that a pacer holds back: stamped, not numbered for the transport and not sealed yet.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

#include "base/bytes.hpp"
#include "rtp/bandwidth/sent_packets.hpp"

namespace kaskado::rtp {

struct HeldPacket {
  std::uint64_t index = 0;
  std::uint16_t header_bytes = 0;
  std::uint16_t sequence_at = 0;
  base::Bytes bytes;  // header and payload; valid until the packet is dropped
  SentStream stream = SentStream::video;
};

// First in, first out, in 24 KB that are there only while something is held: a sixth of a second of 1 Mb/s.
class HeldPackets {
 public:
  static constexpr std::size_t kBytes = 24 << 10;
  static constexpr std::size_t kPackets = 64;

  bool empty() const { return count_ == 0; }
  std::size_t bytes() const { return bytes_; }  // of packets
  // False where there is no room: older ones have to go first.
  bool push(const HeldPacket& packet, base::Bytes header, base::Bytes payload) {
    const std::size_t length = header.size() + payload.size();
    if (count_ == kPackets || length > kBytes) return false;
    std::size_t at = end_;
    if (count_ == 0) {
      at = begin_ = 0;
    } else if (end_ > begin_) {
      if (kBytes - end_ < length) {
        if (begin_ <= length) return false;
        at = 0;
      }
    } else if (begin_ - end_ <= length) {
      return false;
    }
    if (!memory_) memory_ = std::make_unique_for_overwrite<Memory>();
    std::memcpy(memory_->bytes.data() + at, header.data(), header.size());
    if (!payload.empty())
      std::memcpy(memory_->bytes.data() + at + header.size(), payload.data(), payload.size());
    memory_->places[(first_ + count_++) % kPackets] = {packet.index,
                                                       static_cast<std::uint16_t>(at),
                                                       static_cast<std::uint16_t>(length),
                                                       packet.header_bytes,
                                                       packet.sequence_at,
                                                       packet.stream};
    end_ = at + length;
    bytes_ += length;
    return true;
  }
  bool holds(SentStream stream, std::uint64_t index) const {
    for (std::size_t i = 0; i < count_; ++i) {
      const Place& place = memory_->places[(first_ + i) % kPackets];
      if (place.index == index && place.stream == stream) return true;
    }
    return false;
  }
  HeldPacket front() const {
    const Place& place = memory_->places[first_];
    return {place.index, place.header_bytes, place.sequence_at,
            base::Bytes(memory_->bytes).subspan(place.at, place.length), place.stream};
  }
  void drop() {
    bytes_ -= memory_->places[first_].length;
    first_ = (first_ + 1) % kPackets;
    --count_;
    if (count_ > 0) begin_ = memory_->places[first_].at;
  }
  void clear() {
    count_ = bytes_ = 0;
    memory_.reset();
  }

 private:
  struct Place {
    std::uint64_t index;
    std::uint16_t at, length, header_bytes, sequence_at;
    SentStream stream;
  };
  struct Memory {
    std::array<std::uint8_t, kBytes> bytes;
    std::array<Place, kPackets> places;
  };

  std::unique_ptr<Memory> memory_;
  std::size_t first_ = 0;  // of places
  std::size_t count_ = 0;
  std::size_t begin_ = 0;  // of bytes in use
  std::size_t end_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace kaskado::rtp
