#include "codec/codec_module.hpp"
#include "codec/openh264/openh264_decoder.hpp"
#include "codec/openh264/openh264_encoder.hpp"

const kaskado::codec::CodecModule* kaskado_codec_module_2() {
  using namespace kaskado::codec;
  static constexpr CodecModule kModule{
      .can_encode = [](CodecId codec) { return codec == CodecId::h264; },
      .video_decoder = make_openh264_decoder,
      .video_encoder = make_openh264_encoder,
      .audio_decoder = nullptr,
      .audio_encoder = nullptr,
  };
  return &kModule;
}
