// SCTP packets on their way out, in their order. Bounded; holds no memory while it is empty.
#pragma once

#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace kaskado::sctp {

class PacketQueue {
 public:
  static constexpr std::size_t kMaxBytes = 512 * 1024;

  bool empty() const { return position_ == bytes_.size(); }

  // False, and nothing changes, where it is full: the packet is lost as it would be on the way.
  bool push(base::Bytes packet) {
    if (bytes_.size() + kLengthBytes + packet.size() > kMaxBytes || packet.size() > 0xffff) return false;
    std::uint8_t length[kLengthBytes];
    base::store_u16(length, static_cast<std::uint16_t>(packet.size()));
    bytes_.insert(bytes_.end(), length, length + kLengthBytes);
    bytes_.insert(bytes_.end(), packet.begin(), packet.end());
    return true;
  }

  // Takes all that stands in `other` behind its own.
  void take(PacketQueue& other) {
    if (empty()) std::swap(*this, other);
    while (!other.empty()) push(other.next());
    other.next();
  }

  // The oldest, or an empty span. Valid until the next call.
  base::Bytes next() {
    if (empty()) {
      bytes_ = {};
      position_ = 0;
      return {};
    }
    const std::size_t length = base::load_u16(bytes_.data() + position_);
    const base::Bytes packet{bytes_.data() + position_ + kLengthBytes, length};
    position_ += kLengthBytes + length;
    return packet;
  }

 private:
  static constexpr std::size_t kLengthBytes = 2;

  std::vector<std::uint8_t> bytes_;
  std::size_t position_ = 0;
};

}  // namespace kaskado::sctp
