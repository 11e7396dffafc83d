// H.263 version 2 ("H263-1998") by libavcodec.
#pragma once

#include <memory>

#include "codec/video_codec.hpp"

namespace kaskado::codec {

// Sizes are multiples of 4, at the most 2048×1152 (ITU-T H.263 §5.1.5); others are refused.
base::Result<std::unique_ptr<VideoEncoder>> make_h263_encoder(const VideoEncoderSettings& settings);

}  // namespace kaskado::codec
