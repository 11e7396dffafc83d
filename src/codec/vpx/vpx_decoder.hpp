// VP8 and VP9 by libvpx.
#pragma once

#include <memory>

#include "codec/video_codec.hpp"

namespace kaskado::codec {

base::Result<std::unique_ptr<VideoDecoder>> make_vpx_decoder(CodecId codec,
                                                             std::shared_ptr<PicturePool> pool);

}  // namespace kaskado::codec
