// H.264 constrained baseline by openh264.
#pragma once

#include <memory>

#include "codec/video_codec.hpp"

namespace kaskado::codec {

// H.264's 4:2:0 has even sizes only (ITU-T H.264 §7.4.2.1.1, CropUnitX): of an odd size the last column or
// row is left out.
base::Result<std::unique_ptr<VideoEncoder>> make_openh264_encoder(const VideoEncoderSettings& settings);

}  // namespace kaskado::codec
