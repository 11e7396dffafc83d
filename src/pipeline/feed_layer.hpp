// One of the qualities in which a source sends the same media at once: an encoding of its own (simulcast, RFC 8853), or
// so many layers of a scalable one.
#pragma once

#include <cstdint>
#include <optional>

#include "rtp/layer_filter.hpp"

namespace kaskado::pipeline {

class RtpFeed;

struct FeedLayer {
  RtpFeed* feed;
  rtp::LayerLimits limits;  // of what is sent: all, of the highest
  std::uint64_t bitrate_bps = 0;  // a mean of the last second or so
  std::uint8_t encoding = 0;      // its place in the description; 0 where there is one only
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;
};

// The highest that is wanted, of each; nothing where all are.
struct LayerBounds {
  std::optional<std::uint8_t> encoding;
  std::optional<std::uint8_t> spatial;
  std::optional<std::uint8_t> temporal;
  bool operator==(const LayerBounds&) const = default;

  bool allow(const FeedLayer& layer) const {
    return layer.encoding <= encoding.value_or(255) && layer.spatial <= spatial.value_or(255) &&
           layer.temporal <= temporal.value_or(255);
  }
};

}  // namespace kaskado::pipeline
