#include "rtp/red.hpp"

#include "rtp/media_packet.hpp"

namespace kaskado::rtp {

// RFC 2198 §3: |F|block PT|timestamp offset|block length| for each block but the last, which has |0|block PT|.
std::optional<RedBlocks> RedBlocks::parse(base::Bytes payload) {
  RedBlocks blocks;
  base::ByteReader reader(payload);
  bool more = true;
  while (more) {
    if (blocks.count_ == kMost) return std::nullopt;
    RedBlock& block = blocks.blocks_[blocks.count_++];
    const std::uint8_t first = reader.u8();
    more = first & 0x80;
    block.type = {static_cast<std::uint8_t>(first & 0x7f)};
    if (!more) break;
    const std::uint32_t rest = reader.u24();
    block.earlier = static_cast<std::uint16_t>(rest >> 10);
    block.length = static_cast<std::uint16_t>(rest & 0x3ff);
    if (!reader.ok()) return std::nullopt;
  }
  for (std::size_t i = 0; i < blocks.count_; ++i) {
    RedBlock& block = blocks.blocks_[i];
    block.offset = static_cast<std::uint16_t>(reader.position());
    if (i + 1 == blocks.count_) block.length = static_cast<std::uint16_t>(reader.remaining());
    reader.skip(block.length);
  }
  if (!reader.ok()) return std::nullopt;
  return blocks;
}

void RedBlocks::leave_primary(MediaPacket& packet) const {
  packet.header.payload_type = primary().type;
  packet.header.payload_offset = static_cast<std::uint16_t>(packet.header.payload_offset + primary().offset);
  packet.header.payload_length = primary().length;
}

void write_red_header(PayloadType type, std::uint32_t earlier, std::size_t length, std::uint8_t* at) {
  at[0] = static_cast<std::uint8_t>(0x80 | type.value);
  base::store_u24(at + 1, earlier << 10 | static_cast<std::uint32_t>(length));
}

}  // namespace kaskado::rtp
