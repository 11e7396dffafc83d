// Packets of one stream between the next that is wanted and the newest that has come, by sequence number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/drop_reason.hpp"
#include "rtp/media_packet.hpp"

namespace kaskado::media {

struct WaitingPacket {
  base::PacketRef packet;
  std::uint32_t timestamp = 0;
  std::uint16_t payload_offset = 0;
  std::uint16_t payload_length = 0;
  std::uint8_t payload_type = 0;
  bool marker = false;
  bool starts_key_frame = false;

  base::Bytes payload() const { return {packet->bytes + payload_offset, payload_length}; }
  // Padding, which stands for nothing but its number.
  bool is_filler() const { return payload_length == 0; }
};

// Holds a reference to each packet; those of one shard. Allocates at construction only.
class PacketWindow {
 public:
  // So many sequence numbers, rounded up to a power of two.
  explicit PacketWindow(std::size_t capacity);

  // too_old_packet where it lies before next() and the window is not fresh, duplicate_packet where it is
  // there already. The caller has made sure that it fits(). Of a filler only the number counts.
  base::DropReason insert(const rtp::MediaPacket& packet, bool filler = false);
  bool fits(std::uint64_t sequence) const { return sequence < next_ + slots_.size(); }

  // Null where it is missing.
  const WaitingPacket* at(std::uint64_t sequence) const {
    if (sequence < next_ || sequence >= end_) return nullptr;
    const WaitingPacket& slot = slots_[sequence & mask_];
    return slot.packet ? &slot : nullptr;
  }
  // The first that is not missing, from `sequence` on; end() where there is none.
  std::uint64_t first_from(std::uint64_t sequence) const {
    while (sequence < end_ && !slots_[sequence & mask_].packet) ++sequence;
    return sequence;
  }
  // The first from `sequence` on that starts a key frame.
  std::optional<std::uint64_t> key_frame_from(std::uint64_t sequence) const;

  std::uint64_t next() const { return next_; }
  std::uint64_t end() const { return end_; }  // one behind the newest; next() where none waits
  // Nothing was let go since it started over: what was sent before the first that came may come yet.
  bool is_fresh() const { return fresh_; }
  bool empty() const { return packets_ == 0; }
  std::size_t packets() const { return packets_; }
  std::size_t bytes() const { return bytes_; }

  // Lets go of what lies before `sequence`, which is then the next.
  void advance_to(std::uint64_t sequence);
  // Empty and fresh, and `next` is the next.
  void restart(std::uint64_t next);

 private:
  void release(WaitingPacket& slot);

  std::vector<WaitingPacket> slots_;
  std::size_t mask_;
  std::uint64_t next_ = 0;
  std::uint64_t end_ = 0;
  std::size_t packets_ = 0;
  std::size_t bytes_ = 0;
  bool fresh_ = true;
};

}  // namespace kaskado::media
