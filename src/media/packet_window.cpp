#include "media/packet_window.hpp"

#include <algorithm>
#include <bit>

namespace kaskado::media {

PacketWindow::PacketWindow(std::size_t capacity)
    : slots_(std::bit_ceil(capacity)), mask_(slots_.size() - 1) {}

base::DropReason PacketWindow::insert(const rtp::MediaPacket& packet, bool filler) {
  const std::uint64_t sequence = packet.extended_sequence;
  if (sequence < next_) {
    if (!fresh_ || end_ - sequence > slots_.size()) return base::DropReason::too_old_packet;
    next_ = sequence;
  }
  WaitingPacket& slot = slots_[sequence & mask_];
  if (slot.packet) return base::DropReason::duplicate_packet;
  slot = {.packet = packet.packet,
          .timestamp = packet.header.timestamp.value,
          .payload_offset = packet.header.payload_offset,
          .payload_length = filler ? std::uint16_t{0} : packet.header.payload_length,
          .payload_type = packet.header.payload_type.value,
          .marker = packet.header.marker,
          .starts_key_frame = packet.starts_key_frame};
  end_ = std::max(end_, sequence + 1);
  ++packets_;
  bytes_ += slot.payload_length;
  return base::DropReason::none;
}

std::optional<std::uint64_t> PacketWindow::key_frame_from(std::uint64_t sequence) const {
  for (sequence = std::max(sequence, next_); sequence < end_; ++sequence) {
    const WaitingPacket& slot = slots_[sequence & mask_];
    if (slot.packet && slot.starts_key_frame) return sequence;
  }
  return std::nullopt;
}

void PacketWindow::release(WaitingPacket& slot) {
  if (!slot.packet) return;
  --packets_;
  bytes_ -= slot.payload_length;
  slot.packet.reset();
}

void PacketWindow::advance_to(std::uint64_t sequence) {
  if (sequence > next_) fresh_ = false;
  for (; next_ < sequence && next_ < end_; ++next_) release(slots_[next_ & mask_]);
  next_ = std::max(next_, sequence);
  end_ = std::max(end_, next_);
}

void PacketWindow::restart(std::uint64_t next) {
  advance_to(end_);
  next_ = end_ = next;
  fresh_ = true;
}

}  // namespace kaskado::media
