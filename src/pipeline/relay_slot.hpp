// What one shard hands to another of the media that it receives, in order: packets, and what is to be known
// of their stream.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/packet.hpp"
#include "base/spsc_ring.hpp"
#include "pipeline/feed_layer.hpp"
#include "pipeline/media_format.hpp"
#include "rtp/media_packet.hpp"
#include "rtp/source_clock.hpp"

namespace kaskado::pipeline {

enum class RelayKind : std::uint8_t {
  packet,
  stream,   // what comes next is of another stream, or there is none any more
  clock,    // a sender report has come
  silence,  // media does not flow any more
  frames,   // it is made of raw frames: whoever wants packets names a format
  layers,   // which layers there are, and their rates
};

struct RelaySlot {
  std::uint32_t relay = 0;  // names the RelayedSource on its shard
  RelayKind kind = RelayKind::packet;
  // Of a packet; `media.packet` is empty, and its bytes are below.
  rtp::MediaPacket media;
  base::Instant arrived{};
  std::uint16_t length = 0;
  // Of a stream; the id is not set where there is none any more.
  rtp::SourceId source;
  std::uint32_t clock_rate = 0;
  std::shared_ptr<const std::vector<MediaFormat>> formats;
  // Of layers, as the source has them.
  struct Layer {
    FeedLayer layer;  // but for its feed
    bool own_feed = false;
  };
  std::shared_ptr<const std::vector<Layer>> layers;
  // Of a clock and of a stream.
  rtp::SourceClock clock;
  std::uint8_t bytes[base::kMaxDatagramBytes];
};

// From one shard to one other: one copy of a packet, however many follow it there.
struct RelayRing {
  static constexpr std::size_t kSlots = 1024;

  base::SpscRing<RelaySlot> slots{kSlots};
  std::atomic<bool> signalled{false};  // the reader has been told, and has not looked yet
};

}  // namespace kaskado::pipeline
