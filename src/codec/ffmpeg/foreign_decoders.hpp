// See codec/foreign_codec.hpp.
#pragma once

#include <memory>

#include "codec/foreign_codec.hpp"

namespace kaskado::codec {

base::Result<std::unique_ptr<VideoDecoder>> make_foreign_video_decoder(const ForeignFormat& format,
                                                                       std::shared_ptr<PicturePool> pool);
base::Result<std::unique_ptr<AudioDecoder>> make_foreign_audio_decoder(const ForeignFormat& format);

}  // namespace kaskado::codec
