#include "codec/codec_module.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/log.h>
}

#include "codec/ffmpeg/av_audio.hpp"
#include "codec/ffmpeg/av_video_decoder.hpp"
#include "codec/ffmpeg/foreign_decoders.hpp"
#include "codec/ffmpeg/h263_encoder.hpp"

namespace {

// What streams hold is no matter for the server's error output.
void stay_silent(void*, int, const char*, va_list) {}

bool can_encode(kaskado::codec::CodecId codec) {
  if (codec == kaskado::codec::CodecId::h263) return avcodec_find_encoder_by_name("h263p") != nullptr;
  return kaskado::codec::av_can_encode_audio(codec);
}

}  // namespace

const kaskado::codec::CodecModule* kaskado_codec_module_2() {
  using namespace kaskado::codec;
  static constexpr CodecModule kModule{
      .can_encode = can_encode,
      .video_decoder = make_av_video_decoder,
      .video_encoder = make_h263_encoder,
      .audio_decoder = make_av_audio_decoder,
      .audio_encoder = make_av_audio_encoder,
      .foreign_video_decoder = make_foreign_video_decoder,
      .foreign_audio_decoder = make_foreign_audio_decoder,
  };
  av_log_set_callback(stay_silent);
  return &kModule;
}
