// AMR-NB and Speex by libavcodec, and AAC (MPEG-4, low complexity) for files.
#pragma once

#include <memory>

#include "codec/audio_codec.hpp"

namespace kaskado::codec {

base::Result<std::unique_ptr<AudioDecoder>> make_av_audio_decoder(CodecId codec, AudioFormat format);

// AMR-NB only where libavcodec was built with libopencore-amrnb (Debian: libavcodec-extra).
// Frames of AAC are raw, without ADTS: 1024 samples, mono or stereo, at the rate that is asked for.
bool av_can_encode_audio(CodecId codec);
base::Result<std::unique_ptr<AudioEncoder>> make_av_audio_encoder(const AudioEncoderSettings& settings);

// The rate that the codec runs at for one that is asked for: AMR-NB 8 kHz; Speex 8, 16 or 32 kHz (RFC 5574
// §3.1).
int av_sample_rate(CodecId codec, int asked);

}  // namespace kaskado::codec
