// One of the qualities in which a source sends the same media at once: an encoding of its own (simulcast, RFC 8853), or
// so many layers of a scalable one.
#pragma once

#include <cstdint>

#include "rtp/layer_filter.hpp"

namespace kaskado::pipeline {

class RtpFeed;

struct FeedLayer {
  RtpFeed* feed;
  rtp::LayerLimits limits;
  std::uint64_t bitrate_bps = 0;  // a mean of the last second or so
  std::uint8_t encoding = 0;      // its place in the description; 0 where there is one only
};

}  // namespace kaskado::pipeline
