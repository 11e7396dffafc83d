// AAC (MPEG-4, low complexity) by libavcodec, for files.
#pragma once

#include <memory>

#include "codec/audio_codec.hpp"

namespace kaskado::codec {

// Frames are raw, without ADTS: 1024 samples, mono or stereo.
base::Result<std::unique_ptr<AudioEncoder>> make_aac_encoder(const AudioEncoderSettings& settings);

}  // namespace kaskado::codec
