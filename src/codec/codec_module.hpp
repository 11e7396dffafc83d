// What a loadable module of codecs offers. Each third-party library is wrapped by one module, a shared object
// that is mapped with its first use (codec_library.hpp), so that a server that forwards packets never pays
// for it.
#pragma once

#include <memory>

#include "codec/audio_codec.hpp"
#include "codec/foreign_codec.hpp"
#include "codec/video_codec.hpp"

namespace kaskado::codec {

// Modules are built with the server and are no interface for others. A change of this struct, or of a type in
// it, takes a new number in the name of the entry, so that a stale file is refused and not called.
struct CodecModule {
  // Whether the library, as it is installed, encodes it.
  bool (*can_encode)(CodecId codec);
  // Null where a module has none of the kind.
  base::Result<std::unique_ptr<VideoDecoder>> (*video_decoder)(CodecId codec,
                                                               std::shared_ptr<PicturePool> pool);
  base::Result<std::unique_ptr<VideoEncoder>> (*video_encoder)(const VideoEncoderSettings& settings);
  base::Result<std::unique_ptr<AudioDecoder>> (*audio_decoder)(CodecId codec, AudioFormat format);
  base::Result<std::unique_ptr<AudioEncoder>> (*audio_encoder)(const AudioEncoderSettings& settings);
  base::Result<std::unique_ptr<VideoDecoder>> (*foreign_video_decoder)(const ForeignFormat& format,
                                                                       std::shared_ptr<PicturePool> pool);
  base::Result<std::unique_ptr<AudioDecoder>> (*foreign_audio_decoder)(const ForeignFormat& format);
};

}  // namespace kaskado::codec

// Each module defines this one; what it returns lives as long as the process.
extern "C" __attribute__((visibility("default"))) const kaskado::codec::CodecModule* kaskado_codec_module_2();
