#include "base/outbox.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace kaskado::base {

Outbox::Outbox(std::size_t slots, Drain drain, void* owner)
    : slots_(slots), drain_(drain), owner_(owner), memory_(new std::uint8_t[(slots + 1) * kSlotBytes]) {
  assert(slots > 0 && slots < 65535);
  egress_.reserve(slots);
}

MutableBytes Outbox::slot() {
  if (egress_.size() == slots_ && drain_) drain_(owner_, *this);
  return {memory_.get() + egress_.size() * kSlotBytes, kSlotBytes};
}

void Outbox::commit(std::size_t length, const Path& path, std::uint8_t dscp) {
  assert(length <= kSlotBytes);
  if (egress_.size() == slots_) {
    ++dropped_;
    return;
  }
  egress_.push_back(
      {path, static_cast<std::uint16_t>(egress_.size()), static_cast<std::uint16_t>(length), dscp});
}

void Outbox::send(Bytes datagram, const Path& path) {
  const MutableBytes to = slot();
  const std::size_t length = std::min(datagram.size(), to.size());
  if (length != datagram.size()) {
    ++dropped_;
    return;
  }
  if (length) std::memcpy(to.data(), datagram.data(), length);
  commit(length, path);
}

}  // namespace kaskado::base
