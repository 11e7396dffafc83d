// How openh264's encoder is set up.
#pragma once

#include <wels/codec_api.h>

#include "codec/video_codec.hpp"

namespace kaskado::codec {

// The lowest level from 3.1 on that holds the pictures' size and rate (ITU-T H.264 table A-1). The highest
// where none does.
ELevelIdc level_for(const VideoEncoderSettings& settings);

// Upon the library's defaults; width and height are those that are encoded.
void configure(const VideoEncoderSettings& settings, int width, int height, SEncParamExt& parameters);

}  // namespace kaskado::codec
