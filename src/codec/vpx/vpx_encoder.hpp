// VP8 and VP9 by libvpx, set up for conversations: constant bitrate, one pass, key frames on demand only.
#pragma once

#include <memory>

#include "codec/video_codec.hpp"

namespace kaskado::codec {

base::Result<std::unique_ptr<VideoEncoder>> make_vpx_encoder(const VideoEncoderSettings& settings);

}  // namespace kaskado::codec
