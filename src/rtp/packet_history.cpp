#include "rtp/packet_history.hpp"

#include <bit>

namespace kaskado::rtp {

PacketHistory::PacketHistory(std::size_t capacity, base::Duration max_age)
    : capacity_(capacity == 0 ? 0 : std::bit_ceil(capacity)), max_age_(max_age) {}

void PacketHistory::release(std::uint64_t extended) {
  MediaPacket& entry = at(extended);
  if (!entry.packet) return;
  entry.packet.reset();
  --size_;
}

void PacketHistory::insert(const MediaPacket& packet) {
  if (capacity_ == 0) return;
  if (ring_.empty()) ring_.resize(capacity_);
  const std::uint64_t sequence = packet.extended_sequence;
  if (size_ == 0) oldest_ = newest_ = sequence;
  if (sequence + capacity_ <= newest_) return;  // its place belongs to a newer one
  if (sequence > newest_) newest_ = sequence;
  // Past `capacity_` steps every place has been emptied.
  for (std::size_t steps = 0; oldest_ + capacity_ <= newest_ && steps < capacity_; ++steps)
    release(oldest_++);
  if (oldest_ + capacity_ <= newest_) oldest_ = newest_ - capacity_ + 1;
  if (sequence < oldest_) oldest_ = sequence;

  MediaPacket& entry = at(sequence);
  if (!entry.packet) ++size_;
  entry = packet;
  if (packet.packet->arrived > last_arrival_) last_arrival_ = packet.packet->arrived;
  expire(last_arrival_);
}

const MediaPacket* PacketHistory::find(std::uint64_t extended_sequence) const {
  if (ring_.empty()) return nullptr;
  const MediaPacket& entry = ring_[extended_sequence & (ring_.size() - 1)];
  return entry.packet && entry.extended_sequence == extended_sequence ? &entry : nullptr;
}

void PacketHistory::expire(base::Instant now) {
  while (size_ > 0) {
    const MediaPacket& entry = at(oldest_);
    if (entry.packet && entry.packet->arrived + max_age_ > now) return;
    release(oldest_++);
  }
}

void PacketHistory::trim(std::size_t packets) {
  while (size_ > packets) release(oldest_++);
}

void PacketHistory::clear() {
  for (MediaPacket& entry : ring_) entry.packet.reset();
  size_ = 0;
}

base::Instant PacketHistory::deadline() const {
  return size_ == 0 ? base::kNever : last_arrival_ + max_age_;
}

}  // namespace kaskado::rtp
