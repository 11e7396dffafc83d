// Whether an RTP payload is the first of a key frame: from where a new subscriber can be served.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace kaskado::rtp {

// `none` is audio and every video codec whose payload is not understood; nothing in it starts a key frame.
enum class VideoCodec : std::uint8_t { none, vp8, vp9, h264, h265, av1 };

// Total on any input; what is cut short is not a key frame.
bool starts_key_frame(VideoCodec codec, base::Bytes payload);

}  // namespace kaskado::rtp
