// What a viewer's stream must be, whatever publishers it came from: one numbering without a seam, one clock,
// and in it each packet as its publisher made it.
#pragma once

#include <vector>

#include "media_receiver.hpp"
#include "media_sender.hpp"

namespace kaskado::sim {

// A part of a viewer's stream that comes from one publisher and keeps one distance to its numbers.
struct Segment {
  std::uint32_t publisher = 0;
  std::uint64_t first = 0;  // extended sequence numbers of the viewer's stream, as sent
  std::uint64_t last = 0;
  std::uint64_t distance = 0;  // extended - number

  PacketId id_of(std::uint64_t extended) const {
    return {publisher, static_cast<std::uint32_t>(extended - distance)};
  }
};

// In the order of the stream.
std::vector<Segment> segments_of(const MediaReceiver& stream);

// Nothing came twice or changed; timestamps are the publishers' but for one distance a segment; segments of
// video begin with a key frame, stand side by side, and go on in time by as much as has passed.
// `senders` are those of the segments, one each.
void expect_one_stream(const MediaReceiver& stream, const std::vector<Segment>& segments,
                       const std::vector<const MediaSender*>& senders);

}  // namespace kaskado::sim
