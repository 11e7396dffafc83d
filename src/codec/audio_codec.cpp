#include "codec/audio_codec.hpp"

#include "codec/codec_library.hpp"
#include "codec/g711.hpp"

namespace kaskado::codec {
namespace {

bool is_g711(CodecId codec) {
  return codec == CodecId::pcmu || codec == CodecId::pcma;
}

CodecLibrary library_of(CodecId codec) {
  return codec == CodecId::opus ? CodecLibrary::opus : CodecLibrary::avcodec;
}

}  // namespace

base::Result<std::unique_ptr<AudioDecoder>> AudioDecoder::create(CodecId codec, AudioFormat format) {
  if (is_video(codec)) return base::Error{"a picture codec has no sound to decode"};
  if (codec == CodecId::aac) return base::Error{"AAC is encoded only"};
  if (is_g711(codec)) return make_g711_decoder(codec);
  const auto library = codec_library(library_of(codec));
  if (!library) return library.error();
  return (*library)->audio_decoder(codec, format);
}

bool AudioEncoder::can_encode(CodecId codec) {
  if (is_video(codec)) return false;
  if (is_g711(codec)) return true;
  if (codec == CodecId::opus) return is_installed(CodecLibrary::opus);
  const auto library = codec_library(library_of(codec));
  return library && (*library)->can_encode(codec);
}

base::Result<std::unique_ptr<AudioEncoder>> AudioEncoder::create(const AudioEncoderSettings& settings) {
  if (is_video(settings.codec)) return base::Error{"a picture codec encodes no sound"};
  if (is_g711(settings.codec)) return make_g711_encoder(settings.codec);
  const auto library = codec_library(library_of(settings.codec));
  if (!library) return library.error();
  return (*library)->audio_encoder(settings);
}

}  // namespace kaskado::codec
