// The newest packets of one source: what every subscriber's NACK is answered from. One a source, not one a
// subscriber; holds references, never copies.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "rtp/media_packet.hpp"

namespace kaskado::rtp {

// A ring by extended sequence number. Full or past `max_age`, the oldest packet goes. Allocates once, at the
// first packet.
class PacketHistory {
 public:
  // `capacity` is rounded up to a power of two; 0 keeps nothing.
  explicit PacketHistory(std::size_t capacity, base::Duration max_age = std::chrono::seconds{2});

  void insert(const MediaPacket& packet);
  // Null where it never came, or went already.
  const MediaPacket* find(std::uint64_t extended_sequence) const;
  void expire(base::Instant now);
  // Lets the oldest go until no more than `packets` are left.
  void trim(std::size_t packets);
  void clear();
  // When all of it has aged out, should nothing more come; packets that do come expire older ones themselves.
  base::Instant deadline() const;
  std::size_t size() const { return size_; }

 private:
  MediaPacket& at(std::uint64_t extended) { return ring_[extended & (ring_.size() - 1)]; }
  void release(std::uint64_t extended);

  std::size_t capacity_;
  base::Duration max_age_;
  std::vector<MediaPacket> ring_;
  std::uint64_t oldest_ = 0;  // nothing is kept before it
  std::uint64_t newest_ = 0;
  std::size_t size_ = 0;
  base::Instant last_arrival_{};
};

}  // namespace kaskado::rtp
