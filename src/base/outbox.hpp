// Where protocol machines put the datagrams they want sent: a batch of fixed slots, filled in place and
// flushed by the socket owner. Order within one path is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/packet.hpp"
#include "base/socket_address.hpp"

namespace kaskado::base {

struct Egress {
  Path path;
  std::uint16_t slot = 0;
  std::uint16_t length = 0;
  std::uint8_t dscp = 0;  // RFC 2474 §3: 6 bits; 0 is best effort
};

class Outbox {
 public:
  // Room past the longest datagram for what SRTP adds (tag and SRTCP index).
  static constexpr std::size_t kSlotBytes = kMaxDatagramBytes + 36;
  // Called when a slot is wanted and none is left; must flush and clear, or the datagram is dropped.
  using Drain = void (*)(void* owner, Outbox& outbox);

  explicit Outbox(std::size_t slots = 128, Drain drain = nullptr, void* owner = nullptr);

  // A slot to write one datagram into. It is sent only if commit() follows; a second call without a
  // commit gives the same slot again. When the outbox is full and nothing drains it, the slot given is a
  // scratch one whose commit counts as dropped.
  MutableBytes slot();
  void commit(std::size_t length, const Path& path, std::uint8_t dscp = 0);
  // Copies a finished datagram into the next slot.
  void send(Bytes datagram, const Path& path);

  std::span<const Egress> pending() const { return egress_; }
  MutableBytes bytes(const Egress& egress) {
    return {memory_.get() + std::size_t{egress.slot} * kSlotBytes, egress.length};
  }
  Bytes bytes(const Egress& egress) const {
    return {memory_.get() + std::size_t{egress.slot} * kSlotBytes, egress.length};
  }
  // Lets each datagram be changed where it stands, in their order: `change(egress, slot)` may write into the whole slot and
  // set path and length; where it gives false the datagram is left out and counts as dropped. Nothing may be written
  // behind until clear().
  template <typename Change>
  void amend(Change&& change) {
    std::size_t kept = 0;
    for (Egress& egress : egress_) {
      const MutableBytes slot{memory_.get() + std::size_t{egress.slot} * kSlotBytes, kSlotBytes};
      if (change(egress, slot)) {
        egress_[kept++] = egress;
      } else {
        ++dropped_;
      }
    }
    egress_.resize(kept);
  }
  bool empty() const { return egress_.empty(); }
  void clear() { egress_.clear(); }
  std::uint64_t dropped() const { return dropped_; }

 private:
  std::size_t slots_;
  Drain drain_;
  void* owner_;
  std::unique_ptr<std::uint8_t[]> memory_;  // slots_ + 1: the last one is scratch
  std::vector<Egress> egress_;
  std::uint64_t dropped_ = 0;
};

}  // namespace kaskado::base
