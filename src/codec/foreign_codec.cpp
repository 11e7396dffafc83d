#include "codec/foreign_codec.hpp"

#include <utility>

#include "codec/codec_library.hpp"

namespace kaskado::codec {

base::Result<std::unique_ptr<VideoDecoder>> make_foreign_decoder(const ForeignFormat& format,
                                                                 std::shared_ptr<PicturePool> pool) {
  const auto library = codec_library(CodecLibrary::avcodec);
  if (!library) return library.error();
  return (*library)->foreign_video_decoder(format, std::move(pool));
}

base::Result<std::unique_ptr<AudioDecoder>> make_foreign_decoder(const ForeignFormat& format) {
  const auto library = codec_library(CodecLibrary::avcodec);
  if (!library) return library.error();
  return (*library)->foreign_audio_decoder(format);
}

}  // namespace kaskado::codec
