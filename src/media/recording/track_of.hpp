// What a container has to be told of a track before its first frame.
#pragma once

#include <optional>

#include "codec/encoded_frame.hpp"
#include "container/track.hpp"

namespace kaskado::media {

// From a frame that decoding can begin with. Nothing where the frame does not say it, as an H264 key frame
// without its parameter sets.
std::optional<container::Track> track_of(const codec::EncodedFrame& frame);

}  // namespace kaskado::media
