// H264 of every profile, H265, AV1 and H263 by libavcodec (AV1 by the libdav1d within).
#pragma once

#include <memory>

#include "codec/video_codec.hpp"

namespace kaskado::codec {

base::Result<std::unique_ptr<VideoDecoder>> make_av_video_decoder(CodecId codec,
                                                                  std::shared_ptr<PicturePool> pool);

}  // namespace kaskado::codec
