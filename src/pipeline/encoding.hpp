// How media is to be encoded for who asks for it: what tells one variant of a feed from another.
#pragma once

#include <optional>

#include "pipeline/media_format.hpp"

namespace kaskado::pipeline {

// What a client asks of the media that comes to an element (setVideoFormat, setAudioFormat).
struct MediaCaps {
  std::optional<codec::CodecId> codec;
  double most_frames_per_second = 0;  // 0: no limit
  int bitrate_bps = 0;                // of sound; 0: as the codec has it
  bool operator==(const MediaCaps&) const = default;

  // Whether media of the right codec cannot go as it comes.
  bool asks_for_encoding() const { return most_frames_per_second > 0 || bitrate_bps > 0; }
};

struct Encoding {
  MediaFormat format;
  double most_frames_per_second = 0;  // as above
  int bitrate_bps = 0;
  int bitrate_class = 0;  // of its receivers; bitrate_class.hpp
};

// Whether one encoder serves both.
inline bool same_encoding(const Encoding& a, const Encoding& b) {
  return same_codec(a.format, b.format) && a.most_frames_per_second == b.most_frames_per_second && a.bitrate_bps == b.bitrate_bps &&
         a.bitrate_class == b.bitrate_class;
}

}  // namespace kaskado::pipeline
