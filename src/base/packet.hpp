// Packets in a slab pool, shared by reference count within one shard. A packet is written once, when it
// comes in (and is decrypted in place), and never changed after; rewriting happens in the egress slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace kaskado::base {

// An Ethernet MTU's worth; longer datagrams are dropped as datagram_too_long.
inline constexpr std::size_t kMaxDatagramBytes = 1500;

class PacketPool;

struct Packet {
  std::uint8_t bytes[kMaxDatagramBytes];
  std::uint16_t length = 0;
  std::uint32_t references = 0;
  Instant arrived{};
  PacketPool* pool = nullptr;
  Packet* next_free = nullptr;

  MutableBytes span() { return {bytes, length}; }
  Bytes span() const { return {bytes, length}; }
};

// A counted reference. Not thread-safe: a packet stays on the shard whose pool it came from.
class PacketRef {
 public:
  PacketRef() = default;
  explicit PacketRef(Packet* packet) : packet_(packet) {
    if (packet_) ++packet_->references;
  }
  PacketRef(const PacketRef& other) : PacketRef(other.packet_) {}
  PacketRef(PacketRef&& other) noexcept : packet_(std::exchange(other.packet_, nullptr)) {}
  PacketRef& operator=(PacketRef other) noexcept {
    std::swap(packet_, other.packet_);
    return *this;
  }
  ~PacketRef() { release(); }

  explicit operator bool() const { return packet_ != nullptr; }
  Packet* operator->() const { return packet_; }
  Packet& operator*() const { return *packet_; }
  void reset() {
    release();
    packet_ = nullptr;
  }

 private:
  inline void release();
  Packet* packet_ = nullptr;
};

// Grows by slabs up to a bound; when the bound is reached, acquire() gives an empty reference and the
// caller counts pool_empty. Owned by one shard, which outlives every reference.
class PacketPool {
 public:
  explicit PacketPool(std::size_t max_packets);
  PacketPool(const PacketPool&) = delete;
  PacketPool& operator=(const PacketPool&) = delete;
  ~PacketPool();

  PacketRef acquire();
  std::size_t in_use() const { return in_use_; }
  std::size_t max_packets() const { return max_packets_; }
  std::size_t capacity() const { return slabs_.size() * kSlabPackets; }

 private:
  friend class PacketRef;
  static constexpr std::size_t kSlabPackets = 64;

  bool grow();
  void give_back(Packet* packet) {
    packet->next_free = free_;
    free_ = packet;
    --in_use_;
  }

  std::size_t max_packets_;
  std::size_t in_use_ = 0;
  Packet* free_ = nullptr;
  std::vector<std::unique_ptr<Packet[]>> slabs_;
};

inline void PacketRef::release() {
  if (packet_ && --packet_->references == 0) packet_->pool->give_back(packet_);
}

}  // namespace kaskado::base
