// How libvpx is set up: what WebRTC's senders use, as far as one stream of one layer goes.
#pragma once

#include <vpx/vpx_encoder.h>

#include "codec/video_codec.hpp"

namespace kaskado::codec {

inline constexpr int kTicksPerSecond = 90'000;

constexpr unsigned kilobits(int bitrate_bps) {
  return bitrate_bps < 1000 ? 1u : static_cast<unsigned>(bitrate_bps) / 1000;
}

// Before the encoder is opened, upon the library's defaults.
void configure(const VideoEncoderSettings& settings, vpx_codec_enc_cfg_t& config);

// After it was opened. False where libvpx refuses a setting.
bool control(const VideoEncoderSettings& settings, const vpx_codec_enc_cfg_t& config,
             vpx_codec_ctx_t& encoder);

}  // namespace kaskado::codec
