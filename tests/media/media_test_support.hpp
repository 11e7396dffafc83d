// Packets of a payload format that is made for tests: it says of each packet where it belongs, so that a
// frame that is not whole cannot pass.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/packet.hpp"
#include "codec/depacketizer.hpp"
#include "media/jitter_buffer.hpp"
#include "rtp/media_packet.hpp"

namespace kaskado::media::test {

using namespace std::chrono_literals;

inline base::Instant at(base::Duration since_start) {
  return base::Instant{100s} + since_start;
}

inline constexpr std::size_t kPartHeaderBytes = 7;
enum PartFlags : std::uint8_t { kKey = 1, kDiscardable = 2 };

// Of frame `number`, its part `part` of `parts`.
struct Part {
  std::uint32_t number = 0;
  std::uint8_t part = 0;
  std::uint8_t parts = 1;
  std::uint8_t flags = 0;
};

class TestDepacketizer final : public codec::Depacketizer {
 public:
  static std::unique_ptr<codec::Depacketizer> create(const codec::PayloadFormat&) {
    return std::make_unique<TestDepacketizer>();
  }

  bool starts_frame(base::Bytes payload) const override {
    return payload.size() >= kPartHeaderBytes && payload[5] == 0;
  }
  bool is_discardable(base::Bytes payload) const override {
    return payload.size() >= kPartHeaderBytes && payload[0] & kDiscardable;
  }
  base::Result<codec::AssembledFrame, base::DropReason> assemble(
      std::span<const base::Bytes> payloads) override {
    auto bytes = std::make_shared<std::vector<std::uint8_t>>();
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      const base::Bytes& payload = payloads[i];
      if (payload.size() < kPartHeaderBytes || payload[5] != i || payload[6] != payloads.size())
        return base::DropReason::bad_payload;
      if (base::load_u32(&payload[1]) != base::load_u32(&payloads[0][1]))
        return base::DropReason::bad_payload;
      bytes->insert(bytes->end(),
                    payload.begin() + (i == 0 ? 1 : static_cast<std::ptrdiff_t>(kPartHeaderBytes)),
                    payload.end());
    }
    const std::uint8_t flags = payloads[0][0];
    return codec::AssembledFrame{std::move(bytes), (flags & kKey) != 0, (flags & kDiscardable) != 0};
  }
};

inline std::uint32_t number_of(const codec::EncodedFrame& frame) {
  return base::load_u32(frame.bytes->data());
}

inline base::PacketRef pool_packet(base::PacketPool& pool, const Part& part, std::size_t bytes,
                                   base::Instant arrived) {
  base::PacketRef packet = pool.acquire();
  packet->length = static_cast<std::uint16_t>(bytes);
  packet->arrived = arrived;
  packet->bytes[0] = part.flags;
  base::store_u32(packet->bytes + 1, part.number);
  packet->bytes[5] = part.part;
  packet->bytes[6] = part.parts;
  return packet;
}

struct PacketSpec {
  std::uint64_t sequence = 0;
  std::uint32_t timestamp = 0;
  Part part;
  std::uint8_t payload_type = 96;
  std::size_t bytes = 100;  // 0: padding
  std::optional<bool> marker;
  rtp::SourceId source{1, 0};
};

inline rtp::MediaPacket make_media(base::PacketPool& pool, const PacketSpec& spec,
                                   base::Instant arrived = at(0s)) {
  rtp::MediaPacket media;
  media.packet = pool_packet(pool, spec.part, spec.bytes, arrived);
  media.header.timestamp = rtp::Timestamp{spec.timestamp};
  media.header.payload_type = rtp::PayloadType{spec.payload_type};
  media.header.marker = spec.marker.value_or(spec.part.part + 1 == spec.part.parts);
  media.header.payload_length = static_cast<std::uint16_t>(spec.bytes);
  media.starts_key_frame = spec.bytes != 0 && spec.part.part == 0 && spec.part.flags & kKey;
  media.source = spec.source;
  media.extended_sequence = spec.sequence;
  return media;
}

}  // namespace kaskado::media::test
