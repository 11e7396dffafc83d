// From packets as containers hold them to frames as codec/encoded_frame.hpp has them.
#pragma once

extern "C" {
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
}

#include <optional>
#include <vector>

#include "codec/encoded_frame.hpp"
#include "container/ffmpeg/av_handles.hpp"

namespace kaskado::container {

// Of one track. H264 and H265 become byte streams, with the parameter sets before each key frame; AV1 loses
// its temporal delimiters; all else stays as it is.
class FrameForm {
 public:
  explicit FrameForm(const AVStream& stream);

  // The packet's content, which is taken from it; null where there is nothing in it that could be used.
  codec::SharedBytes take(AVPacket& packet);

 private:
  void add_parameter_sets(std::vector<std::uint8_t>& bytes) const;

  std::optional<codec::CodecId> id_;
  AvFilter filter_;                           // none: as it is
  std::vector<std::uint8_t> parameter_sets_;  // as a byte stream
};

}  // namespace kaskado::container
