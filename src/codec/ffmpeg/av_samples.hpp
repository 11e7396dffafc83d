// Samples of libavcodec's frames as signed 16 bits, channels interleaved.
#pragma once

extern "C" {
#include <libavutil/frame.h>
}

#include <cstdint>
#include <vector>

namespace kaskado::codec {

// False, and nothing appended, for formats that no decoder of ours gives.
bool append_samples(const AVFrame& frame, std::vector<std::int16_t>& samples);

}  // namespace kaskado::codec
