#include "codec/codec_module.hpp"
#include "codec/vpx/vpx_decoder.hpp"
#include "codec/vpx/vpx_encoder.hpp"

const kaskado::codec::CodecModule* kaskado_codec_module_2() {
  using namespace kaskado::codec;
  static constexpr CodecModule kModule{
      .can_encode = [](CodecId codec) { return codec == CodecId::vp8 || codec == CodecId::vp9; },
      .video_decoder = make_vpx_decoder,
      .video_encoder = make_vpx_encoder,
      .audio_decoder = nullptr,
      .audio_encoder = nullptr,
  };
  return &kModule;
}
