#include "codec/codec_module.hpp"
#include "codec/opus/opus_decoder.hpp"
#include "codec/opus/opus_encoder.hpp"

const kaskado::codec::CodecModule* kaskado_codec_module_2() {
  using namespace kaskado::codec;
  static constexpr CodecModule kModule{
      .can_encode = [](CodecId codec) { return codec == CodecId::opus; },
      .video_decoder = nullptr,
      .video_encoder = nullptr,
      .audio_decoder = make_opus_decoder,
      .audio_encoder = make_opus_encoder,
  };
  return &kModule;
}
