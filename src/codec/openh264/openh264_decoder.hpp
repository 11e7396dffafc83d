// H.264 (constrained) baseline by openh264; h264_decoder.hpp sees to it that nothing else comes here.
#pragma once

#include <memory>

#include "codec/video_codec.hpp"

namespace kaskado::codec {

base::Result<std::unique_ptr<VideoDecoder>> make_openh264_decoder(CodecId codec,
                                                                  std::shared_ptr<PicturePool> pool);

}  // namespace kaskado::codec
