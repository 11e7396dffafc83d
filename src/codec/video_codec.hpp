// Decoders and encoders of pictures behind one face each. An object belongs to one strand: it is called from
// one thread at a time, never from a shard.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "codec/codec_id.hpp"
#include "codec/encoded_frame.hpp"
#include "codec/picture.hpp"

namespace kaskado::codec {

class VideoDecoder {
 public:
  struct Decoded {
    PictureRef picture;
    std::int64_t tag = 0;
  };

  // An error where this build or machine has no decoder for it (libavcodec's are loaded with the first use).
  static base::Result<std::unique_ptr<VideoDecoder>> create(CodecId codec, std::shared_ptr<PicturePool> pool);
  virtual ~VideoDecoder() = default;

  // Appends the pictures that are ready, in the order in which they are shown, each with the tag of the frame
  // that it came from. An error: the frame could not be decoded, and a key frame is needed to go on.
  virtual base::Result<void> decode(base::Bytes frame, std::int64_t tag, std::vector<Decoded>& pictures) = 0;
  // What is still held back for reordering.
  virtual void flush(std::vector<Decoded>& pictures) { (void)pictures; }
};

struct VideoEncoderSettings {
  CodecId codec = CodecId::vp8;
  int width = 0;
  int height = 0;
  int bitrate_bps = 300'000;
  // At the most; what is given decides.
  double frames_per_second = 30;
  // H264: constrained baseline, level 3.1 unless the size needs more (RFC 6184 §8.1).
  int threads = 1;
};

struct EncodedPicture {
  SharedBytes bytes;  // null where rate control left this picture out
  bool key_frame = false;
};

class VideoEncoder {
 public:
  static bool can_encode(CodecId codec);
  static base::Result<std::unique_ptr<VideoEncoder>> create(const VideoEncoderSettings& settings);
  virtual ~VideoEncoder() = default;

  // Pictures have the size of the settings; `time` grows. Real-time settings: no lookahead, no B-frames, one frame
  // in, one frame out.
  virtual base::Result<EncodedPicture> encode(const Picture& picture, base::Duration time, bool key_frame) = 0;
  virtual void set_bitrate(int bitrate_bps) = 0;
};

}  // namespace kaskado::codec
