// What a container holds: tracks, and the frames of each. The same for what is read and for what is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "codec/codec_id.hpp"
#include "codec/encoded_frame.hpp"

namespace kaskado::container {

struct Track {
  enum class Kind : std::uint8_t { video, audio };

  Kind kind = Kind::video;
  // As libavcodec names it: "vp8", "h264", "aac", "mpeg2video", "mjpeg", "pcm_mulaw".
  std::string codec;
  // The same where the room `codec` knows it, as peers send it.
  std::optional<codec::CodecId> id;
  // What decoders want to know beforehand, in the form that libavcodec has it for the codec: avcC or a byte
  // stream with SPS and PPS, OpusHead, AudioSpecificConfig. May be empty.
  std::vector<std::uint8_t> extradata;
  int width = 0;
  int height = 0;
  double frames_per_second = 0;  // 0: not known, or it varies
  int rotation_degrees = 0;      // clockwise, a multiple of 90
  int sample_rate = 0;           // Hz
  int channels = 0;
  // Sound: what some decoders of old formats want to know; 0 where the container does not say.
  int block_bytes = 0;
  int bits_per_sample = 0;
  int bitrate_bps = 0;
  // Frames may be shown in another order than they are decoded in.
  bool reordered = false;
};

// The name of a codec for a track.
std::string codec_name(codec::CodecId id);
std::optional<codec::CodecId> codec_id(std::string_view codec_name);

struct TrackFrame {
  std::size_t track = 0;
  // Of a codec that the room `codec` knows: as codec/encoded_frame.hpp says. H264 and H265 have their
  // parameter sets before each key frame. Of others, as libavformat has it.
  codec::SharedBytes bytes;
  // On the container's clock, which all tracks share; about 0 at its beginning. `decode_time` grows from
  // frame to frame of a track, but where the container's clock begins anew, and is not behind `time`.
  base::Duration time{};
  base::Duration decode_time{};
  base::Duration duration{};  // 0 where it is not known
  bool key_frame = false;
};

}  // namespace kaskado::container
