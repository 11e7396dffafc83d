#include "codec/video_codec.hpp"

#include <utility>

#include "codec/codec_library.hpp"
#include "codec/h264_decoder.hpp"
#include "codec/planes.hpp"

namespace kaskado::codec {
namespace {

// Which library encodes it; H264 is decoded by two (h264_decoder.hpp).
CodecLibrary library_of(CodecId codec) {
  switch (codec) {
    case CodecId::vp8:
    case CodecId::vp9:
      return CodecLibrary::vpx;
    case CodecId::h264:
      return CodecLibrary::openh264;
    default:
      return CodecLibrary::avcodec;
  }
}

}  // namespace

base::Result<std::unique_ptr<VideoDecoder>> VideoDecoder::create(CodecId codec,
                                                                 std::shared_ptr<PicturePool> pool) {
  if (!is_video(codec)) return base::Error{"a sound codec has no pictures to decode"};
  if (codec == CodecId::jpeg) return base::Error{"JPEG is encoded only"};
  if (codec == CodecId::h264) return H264Decoder::create(std::move(pool));
  const auto library = codec_library(library_of(codec));
  if (!library) return library.error();
  return (*library)->video_decoder(codec, std::move(pool));
}

bool VideoEncoder::can_encode(CodecId codec) {
  if (!is_video(codec)) return false;
  const CodecLibrary library = library_of(codec);
  // Ours encode all that they decode; libavcodec has to be asked what it was built with.
  if (library != CodecLibrary::avcodec) return is_installed(library);
  if (codec != CodecId::h263 && codec != CodecId::jpeg) return false;
  const auto opened = codec_library(library);
  return opened && (*opened)->can_encode(codec);
}

base::Result<std::unique_ptr<VideoEncoder>> VideoEncoder::create(const VideoEncoderSettings& settings) {
  if (!is_video(settings.codec)) return base::Error{"a sound codec encodes no pictures"};
  if (!is_allowed_size(settings.width, settings.height))
    return base::Error{"no encoder for pictures of this size"};
  if (settings.bitrate_bps <= 0 || !(settings.frames_per_second > 0))
    return base::Error{"an encoder needs a bitrate and a frame rate above 0"};
  const auto library = codec_library(library_of(settings.codec));
  if (!library) return library.error();
  return (*library)->video_encoder(settings);
}

}  // namespace kaskado::codec
