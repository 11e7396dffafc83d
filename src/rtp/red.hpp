// Redundant audio data (RFC 2198): a packet that brings what the packets before it brought once more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "rtp/types.hpp"

namespace kaskado::rtp {

struct MediaPacket;

// One block; `offset` counts from the payload's first byte. `earlier` is how much less its timestamp is, 14 bits.
struct RedBlock {
  PayloadType type;
  std::uint16_t earlier = 0;
  std::uint16_t offset = 0;
  std::uint16_t length = 0;
};

class RedBlocks {
 public:
  // Of more than so many blocks the packet is not taken.
  static constexpr std::size_t kMost = 8;

  // Nothing where the headers or the blocks do not fit the payload (RFC 2198 §3).
  static std::optional<RedBlocks> parse(base::Bytes payload);

  const RedBlock& primary() const { return blocks_[count_ - 1]; }
  // Oldest first.
  std::span<const RedBlock> redundant() const { return {blocks_.data(), count_ - 1}; }
  // Makes of the packet, whose payload they were read from, one of the primary block alone.
  void leave_primary(MediaPacket& packet) const;

 private:
  std::array<RedBlock, kMost> blocks_;
  std::size_t count_ = 0;
};

// What one block may say of itself.
inline constexpr std::uint32_t kMaxRedEarlier = (1u << 14) - 1;
inline constexpr std::size_t kMaxRedBlockBytes = (1u << 10) - 1;
inline constexpr std::size_t kRedHeaderBytes = 4;   // of a redundant block
inline constexpr std::size_t kRedPrimaryBytes = 1;  // of the primary one

// The header of a redundant block within the bounds above: kRedHeaderBytes of them.
void write_red_header(PayloadType type, std::uint32_t earlier, std::size_t length, std::uint8_t* at);

}  // namespace kaskado::rtp
