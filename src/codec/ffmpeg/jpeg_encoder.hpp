// JPEG by libavcodec, for files: each picture for itself, at one quality.
#pragma once

#include <memory>

#include "codec/video_codec.hpp"

namespace kaskado::codec {

base::Result<std::unique_ptr<VideoEncoder>> make_jpeg_encoder(const VideoEncoderSettings& settings);

}  // namespace kaskado::codec
