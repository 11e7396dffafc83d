// Opus by libopus: always 48 kHz (RFC 7587 §4.1), one or two channels as asked for, whatever is in the
// stream.
#pragma once

#include <memory>

#include "codec/audio_codec.hpp"

namespace kaskado::codec {

base::Result<std::unique_ptr<AudioDecoder>> make_opus_decoder(CodecId codec, AudioFormat format);

}  // namespace kaskado::codec
