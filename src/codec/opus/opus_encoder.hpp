// Opus by libopus: 48 kHz, frames of 20 ms, with in-band redundancy and without discontinuous transmission.
#pragma once

#include <memory>

#include "codec/audio_codec.hpp"

namespace kaskado::codec {

base::Result<std::unique_ptr<AudioEncoder>> make_opus_encoder(const AudioEncoderSettings& settings);

}  // namespace kaskado::codec
