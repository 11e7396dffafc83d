// One picture, or one packet of sound, as a codec wrote it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "codec/codec_id.hpp"

namespace kaskado::codec {

// Constant once made, so it may be read by several threads.
using SharedBytes = std::shared_ptr<const std::vector<std::uint8_t>>;

struct EncodedFrame {
  CodecId codec = CodecId::vp8;
  // VP8, VP9: the frame. H264, H265: NAL units, each behind a start code (Annex B). AV1: OBUs with size fields,
  // no temporal delimiter (low-overhead format). H263: the picture. Sound: one RTP payload's worth, without
  // the payload format's own header (AMR: frames with their ToC bytes, as in storage format).
  SharedBytes bytes;
  // Decoding can begin with it. Always true for sound.
  bool key_frame = false;
  // In units of the stream's RTP clock, unwrapped.
  std::int64_t rtp_time = 0;
  std::uint32_t clock_rate = 90'000;
  // When it is to be shown or heard, on this server's clock; the same clock for sound and picture of a source.
  base::Instant time{};
  // When its last packet came in, or its picture was made.
  base::Instant arrived{};
  // Sound: of what it holds.
  base::Duration duration{};
  // Sound: as its session description says.
  int channels = 1;
  // Sound: what belongs between the frame before and this one was lost, and is no silence.
  bool after_loss = false;

  base::Bytes span() const { return bytes ? base::Bytes(*bytes) : base::Bytes{}; }
};

}  // namespace kaskado::codec
