#include "base/packet.hpp"

#include <cassert>

namespace kaskado::base {

PacketPool::PacketPool(std::size_t max_packets) : max_packets_(max_packets) {}

PacketPool::~PacketPool() { assert(in_use_ == 0 && "a packet outlived its pool"); }

PacketRef PacketPool::acquire() {
  if (!free_ && !grow()) return {};
  Packet* packet = free_;
  free_ = packet->next_free;
  packet->next_free = nullptr;
  packet->length = 0;
  ++in_use_;
  return PacketRef(packet);
}

bool PacketPool::grow() {
  if (capacity() + kSlabPackets > max_packets_) return false;
  // Not value-initialised: touching the payload bytes here would make every page resident at once.
  auto slab = std::unique_ptr<Packet[]>(new Packet[kSlabPackets]);
  for (std::size_t i = 0; i < kSlabPackets; ++i) {
    slab[i].pool = this;
    slab[i].next_free = free_;
    free_ = &slab[i];
  }
  slabs_.push_back(std::move(slab));
  return true;
}

}  // namespace kaskado::base
