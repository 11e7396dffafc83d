// The codecs' libraries by their bare calls, with the settings that the server has: what a pipeline cannot do
// without.
#pragma once

#include <memory>
#include <span>

#include "base/bytes.hpp"
#include "codec/video_codec.hpp"

namespace kaskado::bench {

// Planes that stay the library's.
struct BarePicture {
  const std::uint8_t* planes[3] = {};
  int strides[3] = {};
  int width = 0;
  int height = 0;
};

class BareDecoder {
 public:
  static std::unique_ptr<BareDecoder> create(codec::CodecId codec);
  virtual ~BareDecoder() = default;
  // False where there is no picture. It is valid until the next call.
  virtual bool decode(base::Bytes frame, BarePicture& picture) = 0;
};

class BareEncoder {
 public:
  static std::unique_ptr<BareEncoder> create(const codec::VideoEncoderSettings& settings);
  virtual ~BareEncoder() = default;
  // How many bytes were written; 0 where rate control left the picture out.
  virtual std::size_t encode(const BarePicture& picture, base::Duration time) = 0;
};

}  // namespace kaskado::bench
