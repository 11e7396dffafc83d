// Decoders for what files hold and no peer sends: whatever the installed libavcodec can decode, by its name
// there.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "codec/audio_codec.hpp"
#include "codec/video_codec.hpp"

namespace kaskado::codec {

struct ForeignFormat {
  std::string codec;                    // "aac", "mpeg2video"
  std::vector<std::uint8_t> extradata;  // as the container has it
  int width = 0;                        // 0: the stream says it
  int height = 0;
  int sample_rate = 0;  // Hz
  int channels = 0;
  int block_bytes = 0;  // 0: the container does not say, as the two below
  int bits_per_sample = 0;
  int bitrate_bps = 0;
};

// Frames are libavformat's packets. Damage costs what is damaged: nothing is held back for a key frame.
base::Result<std::unique_ptr<VideoDecoder>> make_foreign_decoder(const ForeignFormat& format,
                                                                 std::shared_ptr<PicturePool> pool);
// Gives 48 kHz, one channel or two, whatever the stream has.
base::Result<std::unique_ptr<AudioDecoder>> make_foreign_decoder(const ForeignFormat& format);

}  // namespace kaskado::codec
